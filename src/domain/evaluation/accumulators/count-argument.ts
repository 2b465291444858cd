import { ServiceError } from '../../errors.ts';
import type { Variables } from '../compile-expression.ts';
import { isNumeric, numberOf } from '../expressions/numbers.ts';
import { type AccumulatorCall, argument } from './accumulator.ts';

/** How many values `$firstN`, `$topN` and the like keep: a positive whole number, the same for the whole group. */
export function countArgument(call: AccumulatorCall, group: Variables): number {
  const value = argument(call, 'n')(group);
  const n = isNumeric(value) ? numberOf(value) : Number.NaN;
  if (!Number.isInteger(n) || n < 1)
    throw new ServiceError('INVALID_REQUEST', `${call.name} takes a positive whole number 'n'`, {
      operator: call.name,
    });
  return n;
}
