import { isNumeric, makeDouble, numberOf } from '../expressions/numbers.ts';
import type { Fold } from './accumulator.ts';

/**
 * Welford's running variance of the numbers among the values; null of none, and for a sample of fewer than two.
 * https://en.wikipedia.org/wiki/Algorithms_for_calculating_variance#Welford's_online_algorithm
 */
export function deviationFold(of: 'population' | 'sample'): Fold {
  let count = 0;
  let mean = 0;
  let squares = 0;
  return {
    add: (value) => {
      if (!isNumeric(value)) return;
      const number = numberOf(value);
      count++;
      const distance = number - mean;
      mean += distance / count;
      squares += distance * (number - mean);
    },
    value: () => {
      const divisor = of === 'population' ? count : count - 1;
      return divisor < 1 ? null : makeDouble(Math.sqrt(squares / divisor));
    },
  };
}
