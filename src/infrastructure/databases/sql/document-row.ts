import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import type { JsonObject } from '../../../domain/value/value.ts';

/**
 * The table of a collection on every SQL database: one row per document with exactly these columns.
 * `data` and `metadata` are JSON, `created_at` and `updated_at` RFC 3339 UTC with milliseconds.
 */
export const documentColumns = ['id', 'data', 'version', 'created_at', 'updated_at', 'metadata'] as const;

/** The values of a row in the order of `documentColumns`; JSON as text. */
export type DocumentRow = readonly [
  id: string,
  data: string,
  version: number,
  createdAt: string,
  updatedAt: string,
  metadata: string,
];

const noMetadata: JsonObject = Object.freeze({});

/** `data` stays text until somebody looks into it. */
export function rowToDocument(collection: string, row: DocumentRow): Document {
  const [id, data, version, createdAt, updatedAt, metadata] = row;
  return {
    id,
    collection,
    data: DocumentBody.fromText(data),
    version,
    createdAt,
    updatedAt,
    metadata: metadata === '{}' ? noMetadata : (JSON.parse(metadata) as JsonObject),
  };
}

export function documentToRow(document: Document): DocumentRow {
  return [
    document.id,
    document.data.text,
    document.version,
    document.createdAt ?? '',
    document.updatedAt ?? '',
    JSON.stringify(document.metadata),
  ];
}
