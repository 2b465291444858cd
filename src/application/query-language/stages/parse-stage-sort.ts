import { invalidRequest, ServiceError } from '../../../domain/errors.ts';
import type { Sort, SortField } from '../../../domain/query/sort.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { ParseOptions } from '../parse-options.ts';
import { isJsonObject } from '../parse-scope.ts';
import { parseFieldPath } from './parse-field-path.ts';
import { below, objectAt } from './stage-place.ts';

/** As many keys as MongoDB sorts by. */
const maxKeys = 32;

/** The `sortBy` of a stage or accumulator: `{a: 1, b: -1}`, or `{}` for whatever order there is. */
export function parseOrder(source: Json | undefined, options: ParseOptions): Sort {
  if (isJsonObject(source) && Object.keys(source).length === 0) return [];
  const { sort, shuffles } = parseSortSpec(source, options);
  if (shuffles) throw invalidRequest('may not sort at random here', options.path);
  return sort;
}

/**
 * `$sort`'s own form, which may hold `{$meta: 'randVal'}`. Among documents that the fields do not tell apart any order is
 * a random one, so that it `shuffles` only where there are no fields.
 */
export function parseSortSpec(
  source: Json | undefined,
  options: ParseOptions,
): { readonly sort: Sort; readonly shuffles: boolean } {
  const entries = Object.entries(objectAt(source, options));
  if (entries.length === 0) throw invalidRequest('must have at least one key', options.path);
  const keys = entries.map(([name, direction]) => parseKey(name, direction, below(options, `.${name}`)));
  const sort = keys.filter((key) => key !== 'random');
  if (sort.length > maxKeys) throw invalidRequest(`may have at most ${maxKeys} keys`, options.path);
  return { sort, shuffles: sort.length < keys.length };
}

function parseKey(name: string, direction: Json, options: ParseOptions): SortField | 'random' {
  const path = parseFieldPath(name, options);
  if (direction === 1 || direction === -1) return { path, direction };
  if (!isJsonObject(direction)) throw invalidRequest('must be 1 or -1', options.path);
  const [key, ...others] = Object.keys(direction);
  if (key !== '$meta' || others.length > 0) throw invalidRequest('must be 1 or -1', options.path);
  if (direction[key] === 'randVal') return 'random';
  if (direction[key] === 'textScore')
    throw new ServiceError('UNSUPPORTED_OPERATION', 'sorting by textScore is not available', {
      path: options.path,
      capability: 'aggregation.sort.textScore',
    });
  throw invalidRequest(`unknown sort by $meta`, options.path);
}
