import { invalidRequest } from '../../domain/errors.ts';
import type { Filter, GeoLeaf } from '../../domain/query/filter.ts';
import type { Path } from '../../domain/query/path.ts';
import type { JsonObject } from '../../domain/value/value.ts';
import { everything } from './combine-filters.ts';
import { isJsonArray, isJsonObject, type ParseScope } from './parse-scope.ts';

const operators: ReadonlyMap<string, GeoLeaf['operator']> = new Map([
  ['$geoWithin', '$geoWithin'],
  ['$within', '$geoWithin'],
  ['$geoIntersects', '$geoIntersects'],
  ['$near', '$near'],
  ['$nearSphere', '$nearSphere'],
]);
const distances: ReadonlySet<string> = new Set(['$maxDistance', '$minDistance']);

/**
 * A geo operator, its shape checked by the database that runs it; undefined: `name` is none. The distances that stand
 * beside `$near` and `$nearSphere` are part of their source.
 */
export function parseGeo(
  path: Path,
  name: string,
  siblings: JsonObject,
  scope: ParseScope,
): Filter | undefined {
  const near = isNear(siblings);
  if (distances.has(name) && near) return everything;
  const operator = operators.get(name);
  if (operator === undefined) return undefined;
  const operand = siblings[name];
  if (!isJsonObject(operand) && !isJsonArray(operand))
    throw invalidRequest(`${name} needs a geometry`, scope.path);
  const beside = Object.entries(siblings).filter(([key]) => key === name || (near && distances.has(key)));
  return { kind: 'geo', path, operator, source: Object.fromEntries(beside) };
}

function isNear(siblings: JsonObject): boolean {
  return Object.hasOwn(siblings, '$near') || Object.hasOwn(siblings, '$nearSphere');
}
