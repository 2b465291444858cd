import {
  Binary,
  BSON,
  BSONRegExp,
  BSONSymbol,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'mongodb';
import {
  isExtendedJson,
  parseExtendedJson,
} from '../../../application/query-language/parse-extended-json.ts';
import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from '../../../domain/value/bson.ts';
import type { Json, JsonObject, Value, ValueObject } from '../../../domain/value/value.ts';

/** A BSON document as the driver takes and gives it. */
export interface BsonDocument {
  [key: string]: unknown;
}

/**
 * A value as BSON. Integers beyond 32 bits become longs (the driver would make doubles of them) and Extended JSON
 * becomes what it stands for; whatever needs no conversion is returned as it is, uncopied. Malformed Extended JSON is
 * INVALID_REQUEST.
 * @param path where the value stands in the request, for the error.
 */
export function toBson(value: Value, path = ''): unknown {
  if (typeof value === 'number') return numberToBson(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (isValueArray(value)) return arrayToBson(value, path);
  if (value instanceof ObjectIdValue) return ObjectId.createFromHexString(value.hex);
  if (value instanceof TypedNumber) return typedNumberToBson(value);
  if (value instanceof RegexValue) return new BSONRegExp(value.pattern, value.flags);
  if (value instanceof OpaqueValue) return opaqueToBson(value);
  return objectToBson(value as ValueObject, path);
}

/** A document of BSON out of an object that is none of the wrappers of Extended JSON. */
export function toBsonDocument(value: ValueObject, path = ''): BsonDocument {
  return mapFields(value, (member, key) => toBson(member, `${path}.${key}`));
}

function isValueArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function numberToBson(value: number): unknown {
  const isInt32 = value >= -0x80000000 && value <= 0x7fffffff;
  return isInt32 || !Number.isSafeInteger(value) ? value : Long.fromNumber(value);
}

function typedNumberToBson(value: TypedNumber): unknown {
  switch (value.type) {
    case 'int':
      return new Int32(value.value);
    case 'long':
      return Long.fromString(value.text);
    case 'double':
      return new Double(value.value);
    case 'decimal':
      return Decimal128.fromString(value.text);
  }
}

function opaqueToBson(value: OpaqueValue): unknown {
  // The driver's own parser would make null of it.
  if (value.type === 'undefined') return undefined;
  const parsed = JSON.parse(value.extendedJson) as {
    readonly $binary?: { readonly base64: string; readonly subType: string };
  };
  // Nor does it take a UUID of another length, which a collection may hold.
  if (parsed.$binary !== undefined)
    return new Binary(
      Buffer.from(parsed.$binary.base64, 'base64'),
      Number.parseInt(parsed.$binary.subType, 16),
    );
  return BSON.EJSON.deserialize(parsed, { relaxed: false });
}

function arrayToBson(value: readonly Value[], path: string): unknown {
  let copy: unknown[] | undefined;
  for (const [index, item] of value.entries()) {
    const converted = toBson(item, path);
    if (converted !== item) copy ??= [...value];
    if (copy !== undefined) copy[index] = converted;
  }
  return copy ?? value;
}

function objectToBson(value: ValueObject, path: string): unknown {
  if (isExtendedJson(value as JsonObject))
    return toBson(parseExtendedJson(value as JsonObject, { path, shortNames: false, extendedJson: true }));
  return mapFields(value, (member, key) => toBson(member, path === '' ? key : `${path}.${key}`));
}

/** The same object when no field changes; a field `__proto__` stays an own field. */
export function mapFields<T>(
  value: Readonly<Record<string, T>>,
  convert: (member: T, key: string) => unknown,
): BsonDocument {
  let changed = false;
  const entries: [string, unknown][] = [];
  for (const key of Object.keys(value)) {
    const member = value[key] as T;
    const converted = convert(member, key);
    changed ||= converted !== member;
    entries.push([key, converted]);
  }
  return changed ? Object.fromEntries(entries) : (value as BsonDocument);
}

/** Whether a BSON value is an embedded document, not one of the driver's classes. */
export function isBsonDocument(value: unknown): value is BsonDocument {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array) &&
    (value as { _bsontype?: unknown })._bsontype === undefined
  );
}

/**
 * A BSON value as JSON: relaxed Extended JSON v2 that loses nothing, so a long beyond 2^53 keeps its digits. What is
 * JSON already is returned as it is, uncopied.
 */
export function toRelaxedJson(value: unknown): Json {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $numberDouble: String(value) };
  if (value === undefined) return { $undefined: true };
  if (Array.isArray(value)) return arrayToJson(value);
  if (isLong(value)) return longToJson(value);
  if (value instanceof DBRef) return toRelaxedJson(dbRefFields(value));
  if (isBsonDocument(value)) return mapFields(value, toRelaxedJson) as JsonObject;
  return BSON.EJSON.serialize(value, { relaxed: true }) as Json;
}

function arrayToJson(value: readonly unknown[]): Json {
  let copy: unknown[] | undefined;
  for (const [index, item] of value.entries()) {
    const converted = toRelaxedJson(item);
    if (converted !== item) copy ??= [...value];
    if (copy !== undefined) copy[index] = converted;
  }
  return (copy ?? value) as Json;
}

/** The driver's Timestamp is a subclass of its Long. */
function isLong(value: unknown): value is Long {
  return value instanceof Long && !(value instanceof Timestamp);
}

function longToJson(value: Long): Json {
  const number = value.toNumber();
  return Number.isSafeInteger(number) ? number : { $numberLong: value.toString() };
}

function dbRefFields(value: DBRef): BsonDocument {
  return { $ref: value.collection, $id: value.oid, ...(value.db && { $db: value.db }), ...value.fields };
}

/** A BSON value as the domain's value, with the types that JSON lacks. */
export function toValue(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(toValue);
  if (value instanceof ObjectId) return new ObjectIdValue(value.toHexString());
  if (isLong(value)) return new TypedNumber('long', value.toNumber(), value.toString());
  if (value instanceof Decimal128)
    return new TypedNumber('decimal', Number(value.toString()), value.toString());
  if (value instanceof BSONRegExp) return new RegexValue(value.pattern, value.options);
  if (value instanceof DBRef) return toValue(dbRefFields(value));
  if (isBsonDocument(value)) return mapFields(value, toValue) as ValueObject;
  return new OpaqueValue(opaqueType(value), JSON.stringify(BSON.EJSON.serialize(value, { relaxed: false })));
}

function opaqueType(value: unknown): OpaqueValue['type'] {
  if (value instanceof Binary || value instanceof Uint8Array) return 'binData';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof MinKey) return 'minKey';
  if (value instanceof MaxKey) return 'maxKey';
  if (value instanceof BSONSymbol) return 'symbol';
  return value === undefined ? 'undefined' : 'javascript';
}
