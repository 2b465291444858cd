import type { Filter } from '../../domain/query/filter.ts';
import type { Json } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';

export function parseFilter(_source: Json, _options: ParseOptions): Filter {
  throw new Error('not written yet');
}
