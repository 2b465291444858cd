import type { OpaqueValue } from '../value/bson.ts';
import { compareStrings } from './compare-strings.ts';

/**
 * Two values of one rank of the order, at least one of which is opaque: binary by length, subtype, bytes; timestamps
 * by time and increment; a symbol as a string; the rest (MinKey…) by text, which makes equals equal.
 */
export function compareOpaque(a: OpaqueValue | string, b: OpaqueValue | string): number {
  if (typeof a !== 'string' && typeof b !== 'string') {
    if (a.extendedJson === b.extendedJson) return 0;
    if (a.type === 'binData') return compareTuples(binaryTuple(a), binaryTuple(b));
    if (a.type === 'timestamp') return compareTuples(timestampTuple(a), timestampTuple(b));
  }
  return compareStrings(text(a), text(b));
}

function text(value: OpaqueValue | string): string {
  if (typeof value === 'string') return value;
  return value.type === 'symbol' ? String(read(value, '$symbol')) : value.extendedJson;
}

function timestampTuple(value: OpaqueValue): readonly (number | string)[] {
  return [Number(read(value, '$timestamp', 't')), Number(read(value, '$timestamp', 'i'))];
}

function binaryTuple(value: OpaqueValue): readonly (number | string)[] {
  const bytes = atob(String(read(value, '$binary', 'base64')));
  return [bytes.length, Number.parseInt(String(read(value, '$binary', 'subType')), 16), bytes];
}

function compareTuples(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? x;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** A part of the Extended JSON that the value carries. */
function read(value: OpaqueValue, ...names: readonly string[]): unknown {
  let part: unknown = JSON.parse(value.extendedJson);
  for (const name of names)
    part = typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined;
  return part;
}
