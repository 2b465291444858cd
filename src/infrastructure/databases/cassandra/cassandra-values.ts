import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import type { JsonObject } from '../../../domain/value/value.ts';

/** A document's row. */
export interface DocumentRow {
  readonly id: string;
  /** Null: no document yet, a batch has only reserved the id. */
  readonly version: number | null;
  readonly change: string | null;
  readonly data: string | null;
  readonly metadata: string | null;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  /** The batch that is about to write this document. */
  readonly reserved_by: string | null;
}

/** A document as it stands in the database. */
export interface Stored {
  readonly document: Document;
  /** The name of its last change: every conditional write demands it. */
  readonly change: string;
  readonly reserved: boolean;
}

export const documentColumns = 'id, version, change, data, metadata, created_at, updated_at, reserved_by';

/** Undefined when the row is only a reservation. */
export function rowToStored(collection: string, row: DocumentRow): Stored | undefined {
  const { id, version, change, data, metadata } = row;
  if (version === null || change === null || data === null) return undefined;
  const document = {
    id,
    collection,
    data: DocumentBody.fromText(data),
    version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    metadata: metadata === null || metadata === '{}' ? {} : (JSON.parse(metadata) as JsonObject),
  };
  return { document, change, reserved: row.reserved_by !== null };
}

/** The values of `version, change, data, metadata, created_at, updated_at`; never null, which would be a tombstone. */
export function documentValues(document: Document, change: string): readonly unknown[] {
  const { version, data, metadata, createdAt, updatedAt } = document;
  return [version, change, data.text, JSON.stringify(metadata), createdAt, updatedAt];
}
