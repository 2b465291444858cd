import type { TypeName } from '../query/filter.ts';
import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from './bson.ts';
import type { Value, ValueObject } from './value.ts';

/** A value's one BSON type; `number` is only a name for four of them. */
export type ValueType = Exclude<TypeName, 'number'>;

/** Whether a value is an object with fields: no array, date or BSON value. */
export function isObject(value: Value | undefined): value is ValueObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** `Array.isArray` for values; the standard one does not narrow readonly arrays. */
export function isArray(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The own field of an object; undefined when missing, whatever its prototype holds. */
export function ownField(object: ValueObject, name: string): Value | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * A plain number is `int` within 32 bits, `long` up to 2^53, else `double`; -0 is a double, as BSON's integers have none.
 * https://www.mongodb.com/docs/manual/reference/bson-types/
 */
export function typeOf(value: Value): ValueType {
  switch (typeof value) {
    case 'number':
      return numberType(value);
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    default:
      return objectType(value);
  }
}

function numberType(value: number): 'int' | 'long' | 'double' {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return 'double';
  return value >= -2147483648 && value <= 2147483647 ? 'int' : 'long';
}

function objectType(value: Exclude<Value, number | string | boolean>): ValueType {
  if (value === null) return 'null';
  if (isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof TypedNumber) return value.type;
  if (value instanceof ObjectIdValue) return 'objectId';
  if (value instanceof RegexValue) return 'regex';
  return value instanceof OpaqueValue ? value.type : 'object';
}
