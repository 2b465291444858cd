import { assertNever } from '../assert-never.ts';
import { type BsonValue, ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from './bson.ts';
import type { Json, Value } from './value.ts';
import { isArray } from './value-type.ts';

/**
 * A value as an answer shows it: what JSON lacks becomes relaxed Extended JSON v2 (`{"$date": "…Z"}`). The same value,
 * not a copy, when it is JSON already.
 * https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
 */
export function toJson(value: Value): Json {
  return convert(value, answerLeaf);
}

/** What becomes of a value that is no JSON. */
export type LeafConversion = (leaf: Date | BsonValue | number) => Json;

/** Converts the leaves that JSON lacks, dates, BSON values, NaN and infinities, and copies only what holds one. */
export function convert(value: Value, leaf: LeafConversion): Json {
  if (typeof value === 'number') return Number.isFinite(value) ? value : leaf(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return convertArray(value, leaf);
  if (isLeaf(value)) return leaf(value);
  return convertObject(value, leaf);
}

function isLeaf(value: object): value is Date | BsonValue {
  return (
    value instanceof Date ||
    value instanceof TypedNumber ||
    value instanceof ObjectIdValue ||
    value instanceof RegexValue ||
    value instanceof OpaqueValue
  );
}

function convertArray(array: readonly Value[], leaf: LeafConversion): Json {
  let changed = false;
  const converted = array.map((item) => {
    const json = convert(item, leaf);
    changed ||= json !== item;
    return json;
  });
  return changed ? converted : unchanged(array);
}

function convertObject(object: { readonly [key: string]: Value }, leaf: LeafConversion): Json {
  let changed = false;
  const converted = Object.entries(object).map(([name, item]): [string, Json] => {
    const json = convert(item, leaf);
    changed ||= json !== item;
    return [name, json];
  });
  return changed ? Object.fromEntries(converted) : unchanged(object);
}

/** Every member was its own JSON, so the whole is. */
function unchanged(value: Value): Json {
  return value as Json;
}

function answerLeaf(leaf: Date | BsonValue | number): Json {
  if (typeof leaf === 'number') return { $numberDouble: String(leaf) };
  if (leaf instanceof Date) return dateJson(leaf);
  switch (leaf.kind) {
    case 'objectId':
      return { $oid: leaf.hex };
    case 'number':
      return numberJson(leaf);
    case 'regex':
      return { $regularExpression: { pattern: leaf.pattern, options: leaf.flags } };
    case 'opaque':
      return JSON.parse(leaf.extendedJson) as Json;
    default:
      return assertNever(leaf);
  }
}

function dateJson(date: Date): Json {
  const year = date.getUTCFullYear();
  if (year >= 1970 && year <= 9999) return { $date: date.toISOString() };
  return { $date: { $numberLong: String(date.getTime()) } };
}

function numberJson(number: TypedNumber): Json {
  if (number.type === 'decimal') return { $numberDecimal: number.text };
  if (!Number.isFinite(number.value)) return { $numberDouble: String(number.value) };
  if (number.type === 'long' && !Number.isSafeInteger(number.value)) return { $numberLong: number.text };
  return number.value;
}
