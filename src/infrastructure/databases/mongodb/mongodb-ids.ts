import { BSON, ObjectId } from 'mongodb';
import type { DocumentId } from '../../../domain/document/document.ts';
import { type BsonDocument, isBsonDocument, toRelaxedJson } from './mongodb-values.ts';

const objectIdText = /^[0-9a-f]{24}$/;
const integerText = /^(0|-?[1-9]\d{0,15})$/;

/**
 * A stored `_id` as the API shows it: strings as they are, an ObjectId as its hex digits, a number as its digits, and
 * anything else that another program may have used as the text of its Extended JSON.
 */
export function idToText(id: unknown): DocumentId {
  if (typeof id === 'string') return id;
  if (id instanceof ObjectId) return id.toHexString();
  const json = toRelaxedJson(id);
  return typeof json === 'string' ? json : JSON.stringify(json);
}

/**
 * The stored values that the API shows as this id, the string first: a 24-hex id may be an ObjectId, digits may be a
 * number. Never an operator or code: what is no such value is looked for as the string that it is.
 */
export function idCandidates(id: DocumentId): readonly unknown[] {
  if (objectIdText.test(id)) return [id, ObjectId.createFromHexString(id)];
  if (integerText.test(id) && Number.isSafeInteger(Number(id))) return [id, BSON.Long.fromString(id)];
  const other = id.startsWith('{') ? otherId(id) : undefined;
  return other === undefined ? [id] : [id, other];
}

function otherId(text: string): unknown {
  try {
    const value: unknown = BSON.EJSON.parse(text);
    const holdsOperators = isBsonDocument(value) && /"\$/.test(text);
    const isNoId = holdsOperators || value instanceof BSON.Code || idToText(value) !== text;
    return isNoId ? undefined : value;
  } catch {
    return undefined;
  }
}

/** The condition on `_id` alone. */
export function idCondition(id: DocumentId): unknown {
  const candidates = idCandidates(id);
  return candidates.length === 1 ? candidates[0] : { $in: candidates };
}

/** Whether more than one stored value reads as this id. */
export function isAmbiguousId(id: DocumentId): boolean {
  return idCandidates(id).length > 1;
}

/** The condition that a document is one of `ids`. */
export function anyId(ids: readonly DocumentId[]): BsonDocument {
  const [only, ...more] = ids;
  if (only !== undefined && more.length === 0) return { _id: idCondition(only) };
  return { _id: { $in: ids.flatMap(idCandidates) } };
}
