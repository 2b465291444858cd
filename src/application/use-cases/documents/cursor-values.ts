import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from '../../../domain/value/bson.ts';
import type { Json, Value } from '../../../domain/value/value.ts';

/** A sort key as JSON, with the types that JSON lacks tagged, so that it comes back exactly as it was. */
export function encodeKey(key: readonly (Value | undefined)[]): Json {
  return key.map(encodeValue);
}

/** The inverse of `encodeKey`. The text was signed by this service, so its form is known. */
export function decodeKey(encoded: Json): readonly (Value | undefined)[] {
  return Array.isArray(encoded) ? encoded.map(decodeValue) : [];
}

/** Scalars of JSON stand for themselves; everything else is `[tag, …]`. */
function encodeValue(value: Value | undefined): Json {
  if (value === undefined) return ['missing'];
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : ['double', doubleText(value)];
  if (value instanceof Date) return ['date', value.getTime()];
  if (value instanceof ObjectIdValue) return ['objectId', value.hex];
  if (value instanceof TypedNumber) return ['number', value.type, doubleText(value.value), value.text];
  if (value instanceof RegexValue) return ['regex', value.pattern, value.flags];
  if (value instanceof OpaqueValue) return ['opaque', value.type, value.extendedJson];
  if (Array.isArray(value)) return ['array', ...value.map(encodeValue)];
  return ['object', ...Object.entries(value).map(([name, member]): Json => [name, encodeValue(member)])];
}

function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function decodeValue(encoded: Json): Value | undefined {
  if (!Array.isArray(encoded)) return encoded as Value;
  const [tag, ...rest] = encoded;
  switch (tag) {
    case 'date':
      return new Date(Number(rest[0]));
    case 'double':
      return Number(rest[0]);
    case 'objectId':
      return new ObjectIdValue(String(rest[0]));
    case 'number':
      return new TypedNumber(numberType(rest[0]), Number(rest[1]), String(rest[2]));
    case 'regex':
      return new RegexValue(String(rest[0]), String(rest[1]));
    case 'opaque':
      return new OpaqueValue(String(rest[0]) as OpaqueValue['type'], String(rest[1]));
    case 'array':
      return rest.map((item) => decodeValue(item) ?? null);
    case 'object':
      return Object.fromEntries(rest.map(decodeMember));
    default:
      return undefined;
  }
}

function decodeMember(member: Json): [string, Value] {
  return Array.isArray(member) ? [String(member[0]), decodeValue(member[1] ?? null) ?? null] : ['', null];
}

function numberType(name: Json | undefined): TypedNumber['type'] {
  return name === 'int' || name === 'long' || name === 'decimal' ? name : 'double';
}
