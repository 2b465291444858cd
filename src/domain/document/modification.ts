import type { ServiceError } from '../errors.ts';
import type { Filter } from '../query/filter.ts';
import type { Update } from '../query/update.ts';
import type { JsonObject } from '../value/value.ts';
import type { Document, DocumentId } from './document.ts';

/** What is to happen to one document. Plain data, so that an adapter can run it natively, in a lock, or in a thread. */
export type Change =
  | { readonly kind: 'update'; readonly update: Update }
  /** Top-level fields of `data` are set, the others stay. */
  | { readonly kind: 'merge'; readonly data: JsonObject; readonly metadata: JsonObject | undefined }
  | { readonly kind: 'replace'; readonly data: JsonObject; readonly metadata: JsonObject | undefined }
  | { readonly kind: 'remove' };

/** An atomic change of one document: nothing else changes it between the check of the conditions and the write. */
export interface Modification {
  readonly id: DocumentId;
  readonly change: Change;
  /** The version that the caller saw; another one is `stale`. */
  readonly expectedVersion: number | undefined;
  /** Re-tested on the current document; when it does not hold, the outcome is `missing`. */
  readonly where: Filter | undefined;
  /**
   * Upsert: when no document has the id, the change is applied to these fields (`$setOnInsert` included) and the
   * result is inserted. Undefined: a missing document stays missing.
   */
  readonly insert: { readonly seed: JsonObject } | undefined;
}

export type ModifyOutcome =
  | { readonly status: 'modified'; readonly before: Document; readonly after: Document }
  /** The change left data and metadata as they were: the version stays. */
  | { readonly status: 'unchanged'; readonly document: Document }
  | { readonly status: 'inserted'; readonly after: Document }
  | { readonly status: 'removed'; readonly before: Document }
  | { readonly status: 'missing' }
  | { readonly status: 'stale'; readonly currentVersion: number }
  /** This one failed (duplicate key, a type that the operator does not take…); others of the batch are not affected. */
  | { readonly status: 'failed'; readonly error: ServiceError }
  /** An ordered batch stopped at an earlier one. */
  | { readonly status: 'skipped' };

export type InsertOutcome =
  | { readonly status: 'inserted' }
  | { readonly status: 'failed'; readonly error: ServiceError }
  /** Ordered insertion stopped at an earlier document. */
  | { readonly status: 'skipped' };
