import { ServiceError } from '../../errors.ts';
import type { Value } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import { isNumeric, numberOf } from '../expressions/numbers.ts';
import { percentile } from '../percentile.ts';
import {
  type AccumulatorCall,
  type AccumulatorCompiler,
  argument,
  type StartAccumulator,
} from './accumulator.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/percentile/ */
export const compilePercentile: AccumulatorCompiler = (call) =>
  startPercentile(
    call,
    (group) => parsePercentages(argument(call, 'p')(group)),
    (found) => found,
  );

export const compileMedian: AccumulatorCompiler = (call) =>
  startPercentile(
    call,
    () => [0.5],
    (found) => found[0] ?? null,
  );

function startPercentile(
  call: AccumulatorCall,
  percentages: (group: Parameters<StartAccumulator>[0]) => readonly number[],
  answer: (found: readonly Value[]) => Value,
): StartAccumulator {
  const input = argument(call, 'input');
  return (group) => {
    const wanted = percentages(group);
    const method = argument(call, 'method')(group);
    const numbers: number[] = [];
    return {
      add: (scope) => {
        const value = input(scope);
        if (!isNumeric(value)) return;
        call.held.add(1);
        numbers.push(numberOf(value));
      },
      value: () => {
        call.context.budget.spend(numbers.length);
        numbers.sort((a, b) => a - b);
        return answer(wanted.map((p) => percentile(numbers, p, method === 'continuous')));
      },
    };
  };
}

function parsePercentages(value: Value | undefined): readonly number[] {
  const numbers = isArray(value) ? value.map((p) => (isNumeric(p) ? numberOf(p) : Number.NaN)) : [];
  if (numbers.length === 0 || !numbers.every((p) => p >= 0 && p <= 1))
    throw new ServiceError('INVALID_REQUEST', "$percentile takes an array 'p' of numbers from 0 to 1", {
      operator: '$percentile',
    });
  return numbers;
}
