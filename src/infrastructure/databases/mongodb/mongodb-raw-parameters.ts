import { invalidRequest } from '../../../domain/errors.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';

/**
 * Puts parameters where `{"$param": 1}` stands, counted from 1. A parameter is a value only: an object that holds
 * operators would become part of the command, so keys with `$` are refused in it unless they are Extended JSON, which
 * `$literal` and `$eq` take as values all the same.
 */
export function bindParameters(query: JsonObject, params: readonly Json[]): JsonObject {
  const used = new Set<number>();
  const bound = bind(query, params, used, 'query');
  if (used.size < params.length) throw invalidRequest('a parameter is used nowhere', 'params');
  return bound as JsonObject;
}

function bind(value: Json, params: readonly Json[], used: Set<number>, path: string): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map((item, index) => bind(item, params, used, `${path}[${index}]`));
  if (Object.hasOwn(value, '$param')) return parameter(value, params, used, path);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, bind(member, params, used, `${path}.${key}`)]),
  );
}

function parameter(place: JsonObject, params: readonly Json[], used: Set<number>, path: string): Json {
  const number = place.$param;
  const value = typeof number === 'number' ? params[number - 1] : undefined;
  if (typeof number !== 'number' || value === undefined || Object.keys(place).length > 1)
    throw invalidRequest('there is no such parameter', path);
  if (holdsOperator(value))
    throw invalidRequest('a parameter is a value, no operator', `params[${number - 1}]`);
  used.add(number);
  return value;
}

const values: ReadonlySet<string> = new Set([
  '$oid',
  '$date',
  '$numberLong',
  '$numberDecimal',
  '$numberDouble',
  '$numberInt',
  '$binary',
  '$uuid',
]);

function holdsOperator(value: Json): boolean {
  if (typeof value === 'string') return value.startsWith('$');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, member]) => (key.startsWith('$') && !values.has(key)) || holdsOperator(member),
  );
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
