import { TypedNumber } from '../../../domain/value/bson.ts';
import type { Value, ValueObject } from '../../../domain/value/value.ts';
import { isArray, isObject } from '../../../domain/value/value-type.ts';

/**
 * A value as the comparison key that stands for it in SQL. SQLite orders NULL < numbers < text (bytes) < blobs, which
 * is MongoDB's order as far as it goes: missing and null are -Infinity (no JSON number is), numbers and strings are
 * themselves, objects are blobs that sort field by field, arrays blobs above all objects, booleans above these.
 * NULL is left for MongoDB's "undefined", which an empty array is sorted by.
 */
export type ComparisonKey = number | string | Uint8Array | null;

/** First bytes of the blobs; also the ranks inside an object's key. */
export const keyRank = { null: 1, number: 2, string: 3, object: 4, array: 5, bool: 6 } as const;

/** Undefined where no stored JSON value has this key: dates, NaN, decimals, strings that UTF-8 cannot hold. */
export function comparisonKey(value: Value | undefined): ComparisonKey | undefined {
  if (value === undefined || value === null) return Number.NEGATIVE_INFINITY;
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'string':
      return value.isWellFormed() ? value : undefined;
    case 'boolean':
      return Uint8Array.of(keyRank.bool, value ? 1 : 0);
    default:
      return objectComparisonKey(value);
  }
}

function objectComparisonKey(
  value: Exclude<Value, null | number | string | boolean>,
): ComparisonKey | undefined {
  if (value instanceof TypedNumber)
    return value.type !== 'decimal' && Number.isFinite(value.value) && Number(value.text) === value.value
      ? comparisonKey(value.value)
      : undefined;
  if (!isObject(value) && !isArray(value)) return undefined;
  const bytes: number[] = [];
  return appendKey(bytes, value) ? Uint8Array.from(bytes) : undefined;
}

/** Writes a key whose bytes compare as the values do; false when there is none. */
function appendKey(bytes: number[], value: Value): boolean {
  if (value === null) return bytes.push(keyRank.null) > 0;
  if (typeof value === 'boolean') return bytes.push(keyRank.bool, value ? 1 : 0) > 0;
  if (typeof value === 'string') return appendText(bytes, value, keyRank.string);
  if (typeof value === 'number') return Number.isFinite(value) && appendNumber(bytes, value);
  if (value instanceof TypedNumber) {
    const key = comparisonKey(value);
    return typeof key === 'number' && appendNumber(bytes, key);
  }
  if (isArray(value)) return appendArray(bytes, value);
  return isObject(value) && appendObject(bytes, value);
}

/** Field by field: rank of the value, name, value; the end (0) sorts before any further field. */
function appendObject(bytes: number[], value: ValueObject): boolean {
  bytes.push(keyRank.object);
  for (const [name, field] of Object.entries(value)) {
    const rank = rankOf(field);
    if (rank === undefined || !appendText(bytes, name, rank) || !appendKey(bytes, field)) return false;
  }
  return bytes.push(0) > 0;
}

function appendArray(bytes: number[], value: readonly Value[]): boolean {
  bytes.push(keyRank.array);
  for (const element of value) if (!appendKey(bytes, element)) return false;
  return bytes.push(0) > 0;
}

function rankOf(value: Value): number | undefined {
  if (value === null) return keyRank.null;
  if (typeof value === 'string') return keyRank.string;
  if (typeof value === 'boolean') return keyRank.bool;
  if (typeof value === 'number' || value instanceof TypedNumber) return keyRank.number;
  if (isArray(value)) return keyRank.array;
  return isObject(value) ? keyRank.object : undefined;
}

const utf8 = new TextEncoder();

/** A zero byte is escaped, so that the terminator (0 0) sorts before every continuation. */
function appendText(bytes: number[], text: string, rank: number): boolean {
  if (!text.isWellFormed()) return false;
  bytes.push(rank);
  for (const byte of utf8.encode(text)) {
    bytes.push(byte);
    if (byte === 0) bytes.push(255);
  }
  return bytes.push(0, 0) > 0;
}

/** IEEE 754 in big-endian order, with the sign turned so that bytes compare as the numbers do. */
function appendNumber(bytes: number[], value: number): boolean {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value === 0 ? 0 : value);
  const negative = view.getUint8(0) >= 128;
  bytes.push(keyRank.number);
  for (let i = 0; i < 8; i++) {
    const byte = view.getUint8(i);
    bytes.push(negative ? 255 - byte : i === 0 ? byte | 128 : byte);
  }
  return true;
}
