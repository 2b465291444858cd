import { validationError } from '../errors.ts';
import type { DocumentId } from './document.ts';

const maxIdBytes = 512;
const encoder = new TextEncoder();

/**
 * An id as the caller gives it: a string of 1–512 bytes of UTF-8. Rejects with VALIDATION_ERROR, also for what some
 * database cannot hold as text: a lone surrogate (it has no UTF-8 form) and NUL.
 * @param path where the id stands in the request.
 */
export function parseDocumentId(value: unknown, path: string): DocumentId {
  if (typeof value !== 'string') throw validationError('an id is a string', path);
  if (value === '') throw validationError('an id has at least one character', path);
  if (!value.isWellFormed()) throw validationError('the id is not valid Unicode', path);
  if (value.includes('\0')) throw validationError('an id holds no NUL character', path);
  // A UTF-16 unit takes at most three bytes, so most ids need no encoding to be measured.
  if (value.length * 3 > maxIdBytes && encoder.encode(value).length > maxIdBytes)
    throw validationError(`an id has at most ${maxIdBytes} bytes of UTF-8`, path);
  return value;
}

/**
 * Makes a source of ids of 24 hex digits, built as MongoDB builds ObjectIds: 4 bytes of seconds, 5 random bytes of
 * this source, 3 bytes of a counter with a random start. Ids of one source differ, and later ids sort after earlier
 * ones, short of the counter's overflow within a second.
 * https://www.mongodb.com/docs/manual/reference/bson-types/#objectid
 * @param clock milliseconds since the epoch.
 */
export function createDocumentIdSource(clock: () => number = Date.now): () => DocumentId {
  const random = crypto.getRandomValues(new Uint8Array(8));
  const source = hex(random.subarray(0, 5));
  let counter = ((random[5] ?? 0) << 16) | ((random[6] ?? 0) << 8) | (random[7] ?? 0);
  return () => {
    const seconds = Math.floor(clock() / 1000) >>> 0;
    counter = (counter + 1) & 0xffffff;
    return seconds.toString(16).padStart(8, '0') + source + counter.toString(16).padStart(6, '0');
  };
}

/** An id for a document that came without one. */
export const newDocumentId: () => DocumentId = createDocumentIdSource();

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
