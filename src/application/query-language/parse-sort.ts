import { invalidRequest } from '../../domain/errors.ts';
import { pathToString } from '../../domain/query/path.ts';
import type { Sort, SortField } from '../../domain/query/sort.ts';
import type { Json } from '../../domain/value/value.ts';
import { parseNumber } from './parse-number.ts';
import type { ParseOptions } from './parse-options.ts';
import { parsePath } from './parse-path.ts';
import { isJsonObject, type ParseScope, startScope } from './parse-scope.ts';

/** Most fields of a sort, as MongoDB allows. */
const maxSortFields = 32;

/** `{"name": 1, "age": -1}`, or the query-string forms `name:asc,age:desc`, `name:1,age:-1`, `-age`, `+age`. */
export function parseSort(source: Json, options: ParseOptions): Sort {
  const scope = startScope(options);
  const sort = typeof source === 'string' ? parseSortText(source, scope) : parseSortObject(source, scope);
  const paths = new Set(sort.map(({ path }) => pathToString(path)));
  if (paths.size < sort.length) throw invalidRequest('a field is sorted by once', options.path);
  if (sort.length > maxSortFields)
    throw invalidRequest(`a sort has at most ${maxSortFields} fields`, options.path);
  return sort;
}

function parseSortObject(source: Json, scope: ParseScope): Sort {
  if (!isJsonObject(source)) throw invalidRequest('a sort is an object of fields', scope.path);
  return Object.entries(source).map(([name, order]) => {
    const place = { ...scope, path: `${scope.path}.${name}` };
    const direction = parseNumber(order, place);
    if (direction === 1 || direction === -1) return { path: parsePath(name, place), direction };
    throw invalidRequest('a sort order is 1 or -1', place.path);
  });
}

function parseSortText(source: string, scope: ParseScope): Sort {
  return source.split(',').map((item) => parseSortItem(item.trim(), scope));
}

function parseSortItem(item: string, scope: ParseScope): SortField {
  const place = { ...scope, path: `${scope.path}.${item}` };
  const sign = signs.get(item.charAt(0));
  const colon = item.lastIndexOf(':');
  if (sign !== undefined && colon > 0)
    throw invalidRequest('a sign or an order, not both: -age, age:desc', place.path);
  if (sign !== undefined) return { path: parsePath(item.slice(1), place), direction: sign };
  if (colon < 0) return { path: parsePath(item, place), direction: 1 };
  const direction = directions.get(
    item
      .slice(colon + 1)
      .trim()
      .toLowerCase(),
  );
  if (direction === undefined) throw invalidRequest('a sort order is asc, desc, 1 or -1', place.path);
  return { path: parsePath(item.slice(0, colon).trim(), place), direction };
}

const signs: ReadonlyMap<string, 1 | -1> = new Map([
  ['+', 1],
  ['-', -1],
]);

const directions: ReadonlyMap<string, 1 | -1> = new Map([
  ['asc', 1],
  ['1', 1],
  ['desc', -1],
  ['-1', -1],
]);
