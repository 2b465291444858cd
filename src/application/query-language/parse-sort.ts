import type { Sort } from '../../domain/query/sort.ts';
import type { Json } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';

/** `{"name": 1, "age": -1}`, or the query-string forms `name:asc,age:desc`, `name:1,age:-1`, `-age`. */
export function parseSort(_source: Json, _options: ParseOptions): Sort {
  throw new Error('not written yet');
}
