import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from '../value/bson.ts';
import type { Value } from '../value/value.ts';
import { isArray } from '../value/value-type.ts';

/**
 * A text that is the same for exactly those values that MongoDB holds equal (`1` and `1.0`, objects with the same fields
 * in the same order): for hashing in groups, sets and unique keys. Missing has a text of its own.
 */
export function canonicalKey(value: Value | undefined): string {
  switch (typeof value) {
    case 'undefined':
      return 'm';
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return numberKey(value);
    case 'boolean':
      return value ? 't' : 'f';
    default:
      return value === null ? 'z' : structureKey(value);
  }
}

function structureKey(value: Exclude<Value, null | string | number | boolean>): string {
  if (isArray(value)) return `[${value.map(canonicalKey).join(',')}]`;
  if (value instanceof Date) return `d${value.getTime()}`;
  if (value instanceof TypedNumber) return numberKey(value.value, value.text);
  if (value instanceof ObjectIdValue) return `o${value.hex}`;
  if (value instanceof RegexValue) return `/${JSON.stringify(value.pattern)}${value.flags}`;
  if (value instanceof OpaqueValue) return `x${value.extendedJson}`;
  return `{${Object.entries(value)
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalKey(field)}`)
    .join(',')}}`;
}

/** Beyond 2^53 the digits tell numbers apart that share a double. */
function numberKey(value: number, text?: string): string {
  const exact = text === undefined || Number.isSafeInteger(value) || !/^-?\d+$/.test(text);
  return exact ? `n${value === 0 ? 0 : value}` : `n${text}`;
}
