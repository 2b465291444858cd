import type { Filter } from '../query/filter.ts';
import type { Projection } from '../query/projection.ts';
import type { ValueObject } from '../value/value.ts';
import type { EvaluationContext } from './evaluation-context.ts';

/** @param filter the query's filter, which the positional `$` refers to. */
export function compileProjection(
  _projection: Projection,
  _filter: Filter,
  _context: EvaluationContext,
): (document: ValueObject) => ValueObject {
  throw new Error('not written yet');
}
