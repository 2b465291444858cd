import { invalidRequest } from '../../../domain/errors.ts';
import type { Filter } from '../../../domain/query/filter.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { parseFilter } from '../parse-filter.ts';
import type { ParseOptions } from '../parse-options.ts';
import { isJsonArray, isJsonObject } from '../parse-scope.ts';

const identifier = /^[a-z][a-zA-Z0-9]*$/;
const logical: ReadonlySet<string> = new Set(['$and', '$or', '$nor']);

/**
 * `array_filters`: one filter for each name that the update's paths use as `$[name]`, as `{"name.field": …}`. Rejects
 * with INVALID_REQUEST, also names that are used but not defined, or defined but not used.
 * https://www.mongodb.com/docs/manual/reference/operator/update/positional-filtered/
 */
export function parseArrayFilters(
  source: Json | undefined,
  used: ReadonlySet<string>,
  options: ParseOptions,
): Readonly<Record<string, Filter>> {
  const filters = source ?? [];
  if (!isJsonArray(filters)) throw invalidRequest('array_filters is an array', options.path);
  const parsed = new Map<string, Filter>();
  for (const [index, filter] of filters.entries()) {
    const place = { ...options, path: `${options.path}[${index}]`, shortNames: false };
    const name = filterName(filter, place);
    if (parsed.has(name)) throw invalidRequest(`"${name}" has two array filters`, place.path);
    if (!used.has(name))
      throw invalidRequest(`the update does not use the array filter "${name}"`, place.path);
    parsed.set(name, parseFilter(filter, place));
  }
  for (const name of used)
    if (!parsed.has(name)) throw invalidRequest(`no array filter is named "${name}"`, options.path);
  return Object.fromEntries(parsed);
}

function filterName(filter: Json, options: ParseOptions): string {
  if (!isJsonObject(filter)) throw invalidRequest('an array filter is an object', options.path);
  const names = new Set(topLevelNames(filter, options, 0));
  const [name] = names;
  if (name === undefined || names.size > 1)
    throw invalidRequest('an array filter is about one name', options.path);
  if (!identifier.test(name))
    throw invalidRequest(
      'the name of an array filter starts with a small letter and has only letters and digits',
      `${options.path}.${name}`,
    );
  return name;
}

/** The first segments of all fields that the filter asks for. */
function topLevelNames(filter: JsonObject, options: ParseOptions, depth: number): readonly string[] {
  if (depth > 100) throw invalidRequest('nested too deeply', options.path);
  return Object.entries(filter).flatMap(([key, value]) => {
    if (!key.startsWith('$')) return [key.split('.')[0] ?? ''];
    if (!logical.has(key)) throw invalidRequest(`${key} is not for array filters`, `${options.path}.${key}`);
    const parts = isJsonArray(value) ? value : [];
    return parts.flatMap((part) => (isJsonObject(part) ? topLevelNames(part, options, depth + 1) : []));
  });
}
