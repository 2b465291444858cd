import type { Value } from '../../value/value.ts';
import { compareValues } from '../compare-values.ts';
import type { Fold } from './accumulator.ts';

/** The greatest (1) or least (-1) value in MongoDB's order, null and missing left out; null of none. */
export function extremeFold(sign: 1 | -1): Fold {
  let best: Value | undefined;
  return {
    add: (value) => {
      if (value === undefined || value === null) return;
      if (best === undefined || compareValues(value, best) * sign > 0) best = value;
    },
    value: () => best ?? null,
  };
}
