import { invalidRequest } from '../../../domain/errors.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { ParseOptions } from '../parse-options.ts';
import { parseSort } from '../parse-sort.ts';
import { objectAt } from './stage-place.ts';

/** As many keys as MongoDB sorts by. */
const maxKeys = 32;

/** `{a: 1, b: -1}` of a stage: never empty, never one of the query-string forms. */
export function parseStageSort(source: Json | undefined, options: ParseOptions): Sort {
  const object = objectAt(source, options);
  const count = Object.keys(object).length;
  if (count === 0 || count > maxKeys) throw invalidRequest(`must have 1 to ${maxKeys} keys`, options.path);
  return parseSort(object, { ...options, shortNames: false });
}
