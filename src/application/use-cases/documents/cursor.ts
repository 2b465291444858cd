import { createHmac, timingSafeEqual } from 'node:crypto';
import { invalidRequest, ServiceError } from '../../../domain/errors.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import { decodeKey, encodeKey } from './cursor-values.ts';

/** The sort key of a row, `_id` last. */
export type CursorKey = readonly (Value | undefined)[];

/** In a body. */
const maxCursorLength = 65_536;
/** Of a cursor that stands in a URL, where proxies and Node stop at some 8 KB of request line. */
export const maxUrlCursorLength = 7168;
const macBytes = 32;

/**
 * The opaque cursor of keyset paging: the sort key of the last row, signed together with the query that it belongs
 * to. It says where to go on, not how far one has come, so page 10,000 costs what page 1 does.
 * @param query everything that decides about the order and the set of rows; not in the cursor, but in its signature.
 * @param maxLength of the cursor; QUERY_TOO_EXPENSIVE when the key makes it longer.
 */
export function encodeCursor(
  key: CursorKey,
  query: Json,
  secret: Uint8Array,
  maxLength = maxCursorLength,
): string {
  const payload = Buffer.from(JSON.stringify(encodeKey(key)));
  const cursor = Buffer.concat([sign(payload, query, secret), payload]).toString('base64url');
  if (cursor.length > maxLength) throw tooLong(maxLength);
  return cursor;
}

function tooLong(maxLength: number): ServiceError {
  const elsewhere = maxLength < maxCursorLength ? ' in a URL; POST …/search takes longer ones' : '';
  return new ServiceError('QUERY_TOO_EXPENSIVE', `the sort values are too long for a cursor${elsewhere}`, {
    max_length: maxLength,
  });
}

/** Rejects with INVALID_REQUEST when the cursor was tampered with or belongs to another query. */
export function decodeCursor(cursor: string, query: Json, secret: Uint8Array): CursorKey {
  const bytes = Buffer.from(cursor.length > maxCursorLength ? '' : cursor, 'base64url');
  const payload = bytes.subarray(macBytes);
  // A canonical text: other spellings of the same bytes are refused.
  const genuine =
    bytes.length > macBytes &&
    bytes.toString('base64url') === cursor &&
    timingSafeEqual(bytes.subarray(0, macBytes), sign(payload, query, secret));
  if (!genuine)
    throw invalidRequest('not a cursor of this service for this filter, sort and collection', 'cursor');
  return decodeKey(JSON.parse(payload.toString('utf8')) as Json);
}

function sign(payload: Uint8Array, query: Json, secret: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(JSON.stringify(query)).update('\0').update(payload).digest();
}
