import type { Fold } from './accumulator.ts';
import { NumberSum } from './sum-fold.ts';

/** The mean of the numbers among the values, a double or decimal; null of none. */
export function averageFold(): Fold {
  const sum = new NumberSum();
  return { add: (value) => sum.add(value), value: () => sum.average() ?? null };
}
