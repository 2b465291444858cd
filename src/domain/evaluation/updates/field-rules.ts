import type { UpdateOperationOf } from '../../query/update.ts';
import type { Value } from '../../value/value.ts';
import { compareValues } from '../compare-values.ts';
import type { EvaluationContext } from '../evaluation-context.ts';

/** The less of the two; a missing field takes the value. */
export function applyMin({ value }: UpdateOperationOf<'$min'>, current: Value | undefined): Value {
  return current === undefined || compareValues(value, current) < 0 ? value : current;
}

/** The greater of the two; a missing field takes the value. */
export function applyMax({ value }: UpdateOperationOf<'$max'>, current: Value | undefined): Value {
  return current === undefined || compareValues(value, current) > 0 ? value : current;
}

/** The request's moment; stored as RFC 3339 where a database holds plain JSON, a timestamp like a date. */
export function applyCurrentDate(
  _operation: UpdateOperationOf<'$currentDate'>,
  _current: Value | undefined,
  context: EvaluationContext,
): Value {
  return context.now;
}
