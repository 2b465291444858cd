import type { Document } from '../../../domain/document/document.ts';
import { validationError } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/value/value.ts';
import { documentToRow, rowToDocument } from '../sql/document-row.ts';
import { identifier, type SqlFragment } from '../sql/sql-fragment.ts';
import type { TextRow } from './postgresql-connection.ts';
import { isStorableText } from './postgresql-order-key.ts';

/** The columns of a document in every answer, in the order that `toDocument` reads. */
export const selectedColumns = 'id, data::text, version, created_at, updated_at, metadata::text';

/** Of the collection; PostgreSQL keeps 63 bytes of a name, just as many as a collection's has at most. */
export function tableOf(collection: string): SqlFragment {
  return identifier(collection);
}

/** Quoted, for texts that are kept prepared. */
export function tableText(collection: string): string {
  return `"${collection.replaceAll('"', '""')}"`;
}

export function toDocument(collection: string, row: TextRow): Document {
  const [id, data, version, createdAt, updatedAt, metadata] = row;
  return rowToDocument(collection, [
    id ?? '',
    data ?? '{}',
    Number(version ?? 1),
    toTime(createdAt),
    toTime(updatedAt),
    metadata ?? '{}',
  ]);
}

/** `2026-11-21 09:33:27.1+00` as RFC 3339 with milliseconds; the sessions' time zone is UTC. */
export function toTime(text: string | null | undefined): string {
  if (text === null || text === undefined) return new Date(0).toISOString();
  const fraction = text.charAt(19) === '.' ? text.slice(20, text.length - 3) : '';
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
}

/** The texts of one column each: id, data, version, created_at, updated_at, metadata. */
export type Columns = readonly [string[], string[], number[], string[], string[], string[]];

/** VALIDATION_ERROR for what `jsonb` cannot hold: NUL characters and halves of surrogate pairs. */
export function toColumns(documents: readonly Document[]): Columns {
  const columns: Columns = [[], [], [], [], [], []];
  for (const document of documents) {
    const [id, data, version, createdAt, updatedAt, metadata] = documentToRow(document);
    columns[0].push(id);
    columns[1].push(data);
    columns[2].push(version);
    columns[3].push(createdAt);
    columns[4].push(updatedAt);
    columns[5].push(metadata);
  }
  return columns;
}

/** Rejects a document that `jsonb` cannot hold. https://www.postgresql.org/docs/current/datatype-json.html */
export function checkStorable({ data, metadata }: Document): void {
  if (hasSuspectEscape(data.text)) checkText(data.value, 'data');
  if (hasSuspectEscape(JSON.stringify(metadata))) checkText(metadata, 'metadata');
}

/** Only as an escape can either stand in JSON text that is UTF-8; most texts have none. */
function hasSuspectEscape(text: string): boolean {
  return text.includes('\\u') && /\\u(?:0000|[dD][89a-fA-F])/.test(text);
}

function checkText(value: Json, path: string): void {
  if (typeof value === 'string') {
    if (!isStorableText(value))
      throw validationError('PostgreSQL cannot hold a NUL character or half of a surrogate pair', path);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      checkText(name, path);
      checkText(item, `${path}.${name}`);
    }
  }
}
