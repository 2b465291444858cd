import type { Value } from '../../value/value.ts';
import { isNumeric, makeDouble, numberOf } from '../expressions/numbers.ts';
import { column, type WindowCompiler } from './window-function.ts';

/** Rows without a number repeat the average so far; null before the first number. */
export const compileMovingAverage: WindowCompiler = (call) => (rows) => {
  const [weight] = column(call, 'alpha', rows);
  const alpha = isNumeric(weight) ? numberOf(weight) : 1;
  let average: number | undefined;
  return column(call, 'input', rows).map((value): Value => {
    if (isNumeric(value)) {
      const number = numberOf(value);
      average = average === undefined ? number : number * alpha + average * (1 - alpha);
    }
    return average === undefined ? null : makeDouble(average);
  });
};
