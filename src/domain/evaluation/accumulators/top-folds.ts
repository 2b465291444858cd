import type { Value } from '../../value/value.ts';
import { compareValues } from '../compare-values.ts';
import type { Variables } from '../compile-expression.ts';
import type { AccumulatorCall, Fold } from './accumulator.ts';
import { countArgument } from './count-argument.ts';

/** `$firstN`: a missing value counts as null. */
export function firstValues(call: AccumulatorCall, group: Variables): Fold {
  const n = countArgument(call, group);
  const values: Value[] = [];
  return {
    add: (value) => {
      if (values.length >= n) return;
      call.held.add(1);
      values.push(value ?? null);
    },
    value: () => values.slice(),
  };
}

export function lastValues(call: AccumulatorCall, group: Variables): Fold {
  const n = countArgument(call, group);
  let values: Value[] = [];
  return {
    add: (value) => {
      if (values.length < n) call.held.add(1);
      values.push(value ?? null);
      if (values.length >= 2 * n + 16) values = values.slice(-n);
    },
    value: () => values.slice(-n),
  };
}

/** `$maxN` (1) and `$minN` (-1), best first; null and missing do not count. */
export function mostExtreme(sign: 1 | -1): (call: AccumulatorCall, group: Variables) => Fold {
  return (call, group) => {
    const n = countArgument(call, group);
    let values: Value[] = [];
    const prune = () => {
      call.context.budget.spend(values.length);
      values = values.sort((a, b) => compareValues(b, a) * sign).slice(0, n);
    };
    return {
      add: (value) => {
        if (value === null || value === undefined) return;
        if (values.length < n) call.held.add(1);
        values.push(value);
        if (values.length >= 2 * n + 16) prune();
      },
      value: () => {
        prune();
        return values.slice();
      },
    };
  };
}
