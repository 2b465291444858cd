import { invalidRequest } from '../../../domain/errors.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { UpdateArguments } from '../../../domain/query/update.ts';
import type { Json, JsonObject, Value } from '../../../domain/value/value.ts';
import { parsePath } from '../parse-path.ts';
import { descend, isJsonArray, isJsonObject, type ParseScope } from '../parse-scope.ts';
import { parseValue } from '../parse-value.ts';

const pushModifiers: ReadonlySet<string> = new Set(['$each', '$position', '$slice', '$sort']);

/**
 * `$push: {tags: value}` or, recognised by `$each`, `{$each: […], $position, $slice, $sort}`; without `$each` an object
 * is a value like any other.
 * https://www.mongodb.com/docs/manual/reference/operator/update/push/
 */
export function parsePush(source: Json, scope: ParseScope): UpdateArguments['$push'] {
  if (!hasEach(source))
    return { values: [parseValue(source, scope)], position: undefined, slice: undefined, sort: undefined };
  checkModifiers(source, pushModifiers, scope);
  return {
    values: parseEach(source, scope),
    position: parseInteger(source, '$position', scope),
    slice: parseInteger(source, '$slice', scope),
    sort: parseElementSort(source, scope),
  };
}

/** `$addToSet: {tags: value}` or `{$each: […]}`, which no other modifier may accompany. */
export function parseAddToSet(source: Json, scope: ParseScope): UpdateArguments['$addToSet'] {
  if (!hasEach(source)) return { values: [parseValue(source, scope)] };
  checkModifiers(source, new Set(['$each']), scope);
  return { values: parseEach(source, scope) };
}

function hasEach(source: Json): source is JsonObject {
  return isJsonObject(source) && Object.hasOwn(source, '$each');
}

function checkModifiers(source: JsonObject, allowed: ReadonlySet<string>, scope: ParseScope): void {
  for (const name of Object.keys(source))
    if (!allowed.has(name))
      throw invalidRequest(`takes ${[...allowed].join(', ')} beside each other`, `${scope.path}.${name}`);
}

function parseEach(source: JsonObject, scope: ParseScope): readonly Value[] {
  const inner = descend(scope, '.$each');
  const each = source.$each ?? null;
  if (!isJsonArray(each)) throw invalidRequest('$each takes an array', inner.path);
  return each.map((item, index) => parseValue(item, descend(inner, `[${index}]`)));
}

function parseInteger(source: JsonObject, name: string, scope: ParseScope): number | undefined {
  if (!Object.hasOwn(source, name)) return undefined;
  const value = parseValue(source[name] ?? null, descend(scope, `.${name}`));
  const number = typeof value === 'number' ? value : Number.NaN;
  if (!Number.isSafeInteger(number))
    throw invalidRequest(`${name} takes an integer`, `${scope.path}.${name}`);
  return number;
}

function parseElementSort(source: JsonObject, scope: ParseScope): 1 | -1 | Sort | undefined {
  if (!Object.hasOwn(source, '$sort')) return undefined;
  const inner = descend(scope, '.$sort');
  const sort = source.$sort ?? null;
  if (sort === 1 || sort === -1) return sort;
  if (!isJsonObject(sort) || Object.keys(sort).length === 0)
    throw invalidRequest('$sort takes 1, -1 or an object of fields', inner.path);
  return Object.entries(sort).map(([field, direction]) => {
    const place = descend(inner, `.${field}`);
    if (direction !== 1 && direction !== -1) throw invalidRequest('a direction is 1 or -1', place.path);
    return { path: parsePath(field, { ...place, shortNames: false }), direction };
  });
}
