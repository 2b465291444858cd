import { randomBytes } from 'node:crypto';
import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { documentTokens } from './elasticsearch-tokens.ts';

/** A change as a document or the change log keeps it; its position is where it stands there. */
export type StoredChange = Omit<ChangeEvent, 'token'>;

/** What a document is in an index, as `_source` gives it back. */
export interface Source {
  readonly id: string;
  readonly data?: JsonObject;
  readonly metadata?: JsonObject;
  /** In place of both, where they have keys that a mapping cannot take. */
  readonly text?: { readonly data: string; readonly metadata: string };
  readonly version: number;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  /** Made at the document's insertion; with the version it names each change. */
  readonly birth: string;
  /** Removed, but kept until the change log has it. */
  readonly removed?: true;
  /** Changes of the same write that came before the last. */
  readonly earlier?: readonly StoredChange[];
}

/** A document as it was read, with what a conditional change needs to know. */
export interface Stored {
  readonly seqNo: number;
  readonly primaryTerm: number;
  readonly source: Source;
}

export function newBirth(): string {
  return randomBytes(12).toString('base64url');
}

export function toDocument(collection: string, source: Source): Document {
  const { id, version, created_at: createdAt, updated_at: updatedAt, text } = source;
  const data =
    text === undefined ? DocumentBody.fromValue(source.data ?? {}) : DocumentBody.fromText(text.data);
  const metadata = text === undefined ? (source.metadata ?? {}) : (JSON.parse(text.metadata) as JsonObject);
  return { id, collection, data, version, createdAt, updatedAt, metadata };
}

/** What besides the document itself is written with it. */
export interface Writing {
  readonly birth: string;
  readonly earlier: readonly StoredChange[];
  /** The order keys of the collection's indexes. */
  readonly order: Readonly<Record<string, string>>;
}

/** The JSON text of a document to be indexed. The data's own text goes in as it is. */
export function sourceText(document: Document, { birth, earlier, order }: Writing): string {
  const { id, version, createdAt, updatedAt, metadata, data } = document;
  const fields = { id, version, created_at: createdAt, updated_at: updatedAt, birth };
  const extra = {
    ...(earlier.length > 0 && { earlier }),
    ...(Object.keys(order).length > 0 && { order }),
    tokens: documentTokens(flatView(document)),
  };
  const body = isMappable(data.value, 0)
    ? `"data":${data.text},"metadata":${JSON.stringify(metadata)}`
    : `"text":${JSON.stringify({ data: data.text, metadata: JSON.stringify(metadata) })}`;
  return `${JSON.stringify(fields).slice(0, -1)},${body},${JSON.stringify(extra).slice(1)}`;
}

/** The JSON text of what is left of a removed document until the change log has it. */
export function tombstoneText(removed: Document, birth: string, earlier: readonly StoredChange[]): string {
  const { id, version } = removed;
  const at = new Date().toISOString();
  const fields = { id, version, created_at: null, updated_at: at, birth, removed: true };
  return JSON.stringify(earlier.length > 0 ? { ...fields, earlier } : fields);
}

/** The changes that a document tells itself: those written with the last one, and the last. */
export function toldBy(collection: string, source: Source): readonly StoredChange[] {
  return [...(source.earlier ?? []), lastChange(collection, source)];
}

function lastChange(collection: string, source: Source): StoredChange {
  const { id, version, birth, removed } = source;
  if (removed === true) {
    const occurredAt = source.updated_at ?? '';
    const eventId = `${birth}-${version}-deleted`;
    return { eventId, kind: 'deleted', collection, id, version, data: null, metadata: null, occurredAt };
  }
  return changeOf(toDocument(collection, source), birth);
}

/** The change that made this version of a document. */
export function changeOf(document: Document, birth: string): StoredChange {
  const { collection, id, version, data, metadata, updatedAt } = document;
  return {
    eventId: `${birth}-${version}`,
    kind: version === 1 ? 'created' : 'updated',
    collection,
    id,
    version,
    data: data.value,
    metadata,
    occurredAt: updatedAt ?? '',
  };
}

export function removalOf(document: Document, birth: string): StoredChange {
  const { collection, id, version } = document;
  return {
    eventId: `${birth}-${version}-deleted`,
    kind: 'deleted',
    collection,
    id,
    version,
    data: null,
    metadata: null,
    occurredAt: new Date().toISOString(),
  };
}

const longestKeys = 8000;
const deepest = 100;

/**
 * Whether a `flattened` field takes the data: no empty keys, no NUL in one, not too deep, and none so long that keys and
 * value together pass Lucene's limit.
 */
function isMappable(value: Json, length: number, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > deepest) return false;
  if (isList(value)) return value.every((item) => isMappable(item, length, depth + 1));
  return Object.entries(value).every(([key, item]) => {
    const total = length + key.length + 1;
    const isPlain = key !== '' && !key.includes('\0') && total <= longestKeys;
    return isPlain && isMappable(item, total, depth + 1);
  });
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
