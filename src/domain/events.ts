import type { DocumentId } from './document/document.ts';
import type { JsonObject } from './value/value.ts';

/** One change of one document, in the same shape on every database. */
export interface ChangeEvent {
  /** Opaque position in the change log; `watch` resumes after it. */
  readonly token: string;
  /** Stable for the same change, so that consumers can deduplicate. */
  readonly eventId: string;
  readonly kind: 'created' | 'updated' | 'deleted';
  readonly collection: string;
  readonly id: DocumentId;
  readonly version: number;
  /** The document after the change; null for a deletion. */
  readonly data: JsonObject | null;
  readonly metadata: JsonObject | null;
  readonly occurredAt: string;
}
