import type { Projection } from '../../domain/query/projection.ts';
import type { Json } from '../../domain/value/value.ts';
import type { ParseOptions } from './parse-options.ts';

/** A find projection as an object, or the query-string forms `name,email` and `-secret`. */
export function parseProjection(_source: Json, _options: ParseOptions): Projection {
  throw new Error('not written yet');
}
