import type { Filter } from '../query/filter.ts';
import type { ValueObject } from '../value/value.ts';
import type { EvaluationContext } from './evaluation-context.ts';

/** Compiles a filter once, to be asked of many documents in their flat view. */
export function compileFilter(
  _filter: Filter,
  _context: EvaluationContext,
): (document: ValueObject) => boolean {
  throw new Error('not written yet');
}
