import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from '../../value/bson.ts';
import type { Value, ValueObject } from '../../value/value.ts';
import { isArray, typeOf } from '../../value/value-type.ts';
import { asBinary } from './binary.ts';
import { utf8Length } from './text.ts';

/** Bytes of an object in BSON. https://bsonspec.org/spec.html */
export function bsonSize(object: ValueObject): number {
  return documentSize(Object.entries(object));
}

function documentSize(fields: readonly (readonly [string, Value])[]): number {
  let bytes = 5;
  for (const [name, value] of fields) bytes += 2 + utf8Length(name) + valueSize(value);
  return bytes;
}

function valueSize(value: Value): number {
  if (typeof value === 'string') return 5 + utf8Length(value);
  if (typeof value === 'boolean') return 1;
  if (value === null) return 0;
  if (typeof value === 'number') return typeOf(value) === 'int' ? 4 : 8;
  if (isArray(value)) return documentSize(value.map((item, i) => [String(i), item]));
  if (value instanceof Date) return 8;
  if (value instanceof TypedNumber) return numberSize[value.type];
  if (value instanceof ObjectIdValue) return 12;
  if (value instanceof RegexValue) return 2 + utf8Length(value.pattern) + value.flags.length;
  if (value instanceof OpaqueValue) return opaqueSize(value);
  return bsonSize(value);
}

const numberSize: Readonly<Record<TypedNumber['type'], number>> = { int: 4, long: 8, double: 8, decimal: 16 };

function opaqueSize(value: OpaqueValue): number {
  const binary = asBinary(value);
  if (binary !== undefined) return 5 + binary.bytes.length;
  return value.type === 'timestamp' ? 8 : 0;
}
