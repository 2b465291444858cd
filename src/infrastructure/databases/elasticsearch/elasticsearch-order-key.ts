import { OpaqueValue, TypedNumber } from '../../../domain/value/bson.ts';
import type { Value, ValueObject } from '../../../domain/value/value.ts';
import { isArray, isObject } from '../../../domain/value/value-type.ts';
import { orderedHex } from './elasticsearch-tokens.ts';

/** Characters that stand for the types in MongoDB's order; `undefined` is what an empty array is sorted by. */
const rank = {
  undefined: '1',
  null: '2',
  number: '3',
  string: '4',
  object: '5',
  array: '6',
  bool: '7',
} as const;

/** Lucene takes 32,766 bytes; a character has at most three bytes for each of its UTF-16 units. */
const longestKey = 10_900;

/**
 * A value as text whose UTF-8 bytes compare as MongoDB compares the values; undefined where no stored JSON value
 * is like it. Texts that share their first ten thousand characters and differ later are told apart by nothing.
 */
export function orderKey(value: Value | undefined): string | undefined {
  const key = value === undefined ? rank.null : encode(value, true);
  if (key === undefined || key.length <= longestKey) return key;
  return key.slice(0, longestKey).toWellFormed();
}

/** @param whole nothing follows, so a string needs no end. */
function encode(value: Value, whole: boolean): string | undefined {
  if (value === null) return rank.null;
  if (typeof value === 'boolean') return `${rank.bool}${value ? 1 : 0}`;
  if (typeof value === 'string') return rank.string + (whole ? value : delimited(value));
  if (typeof value === 'number') return Number.isFinite(value) ? rank.number + orderedHex(value) : undefined;
  if (value instanceof TypedNumber)
    return value.type !== 'decimal' && Number(value.text) === value.value
      ? encode(value.value, whole)
      : undefined;
  if (value instanceof OpaqueValue) return value.type === 'undefined' ? rank.undefined : undefined;
  if (isArray(value))
    return encodeAll(
      rank.array,
      value.map((item) => encode(item, false)),
    );
  return isObject(value) ? encodeObject(value) : undefined;
}

/** Field by field: rank of the value, name, value; the end comes before any further field. */
function encodeObject(object: ValueObject): string | undefined {
  const fields = Object.entries(object).map(([name, field]) => {
    const key = encode(field, false);
    return key === undefined ? undefined : key.charAt(0) + delimited(name) + key;
  });
  return encodeAll(rank.object, fields);
}

function encodeAll(first: string, parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : `${first}${parts.join('')}\0`;
}

/** A NUL in the text is followed by another character than the one that ends the text. */
function delimited(text: string): string {
  return `${text.replaceAll('\0', '\0\u0001')}\0\0`;
}
