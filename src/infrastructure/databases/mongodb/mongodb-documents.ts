import { ObjectId } from 'mongodb';
import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import { systemFields } from '../../../domain/document/system-fields.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { idToText } from './mongodb-ids.ts';
import {
  type BsonDocument,
  isBsonDocument,
  toBson,
  toBsonDocument,
  toRelaxedJson,
} from './mongodb-values.ts';

/** A document as it is stored: the flat view itself, its dates as BSON dates (semantics.md §2). */
export function toStored(document: Document): BsonDocument {
  return {
    _id: document.id,
    ...toBsonDocument(document.data.value, 'data'),
    _version: document.version,
    _created_at: toStoredDate(document.createdAt),
    _updated_at: toStoredDate(document.updatedAt),
    _metadata: toBsonDocument(document.metadata, 'metadata'),
  };
}

function toStoredDate(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

/**
 * A stored document, ours or another program's: a missing `_version` reads as 1, missing dates come from the
 * ObjectId, else null.
 */
export function fromStored(collection: string, stored: BsonDocument): Document {
  const made = stored._id instanceof ObjectId ? stored._id.getTimestamp().toISOString() : null;
  return {
    id: idToText(stored._id),
    collection,
    data: DocumentBody.fromValue(dataOf(stored)),
    version: storedVersion(stored) ?? 1,
    createdAt: dateText(stored._created_at) ?? made,
    updatedAt: dateText(stored._updated_at) ?? made,
    metadata: isBsonDocument(stored._metadata) ? (toRelaxedJson(stored._metadata) as JsonObject) : {},
  };
}

/** The `_version` that the document really holds; undefined for a document of another program. */
export function storedVersion(stored: BsonDocument): number | undefined {
  const version = stored._version;
  return typeof version === 'number' && version >= 1 ? version : undefined;
}

function dataOf(stored: BsonDocument): JsonObject {
  const data: Record<string, JsonObject[string]> = {};
  for (const key of Object.keys(stored)) {
    if (systemFields.has(key)) continue;
    const value = toRelaxedJson(stored[key]);
    if (key === '__proto__')
      Object.defineProperty(data, key, { value, enumerable: true, writable: true, configurable: true });
    else data[key] = value;
  }
  return data;
}

function dateText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;
}

/** Data as it reads once it is stored: Extended JSON in its relaxed form. */
export function asRead(data: JsonObject): JsonObject {
  return toRelaxedJson(toBson(data)) as JsonObject;
}
