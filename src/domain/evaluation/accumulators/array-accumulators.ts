import { ServiceError } from '../../errors.ts';
import type { Value } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import { KeyedMap } from '../keyed-map.ts';
import type { AccumulatorCall, Fold } from './accumulator.ts';

/** `$push`: every value that is there. */
export function startPush({ held }: AccumulatorCall): Fold {
  const values: Value[] = [];
  return {
    add: (value) => {
      if (value === undefined) return;
      held.add(1);
      values.push(value);
    },
    value: () => values.slice(),
  };
}

/** `$addToSet`: every value once. */
export function startSet({ held }: AccumulatorCall): Fold {
  const met = new KeyedMap<true>();
  const values: Value[] = [];
  return {
    add: (value) => {
      if (value === undefined || met.has(value)) return;
      held.add(1);
      met.set(value, true);
      values.push(value);
    },
    value: () => values.slice(),
  };
}

export function startArrays(call: AccumulatorCall): Fold {
  return overElements(call, startPush(call));
}

export function startSetUnion(call: AccumulatorCall): Fold {
  return overElements(call, startSet(call));
}

/** Takes arrays, and adds their elements; a missing one is passed over. */
function overElements(call: AccumulatorCall, fold: Fold): Fold {
  return {
    add: (value) => {
      if (value === undefined) return;
      if (!isArray(value))
        throw new ServiceError('INVALID_REQUEST', `${call.name} takes arrays only`, { operator: call.name });
      call.context.budget.spend(value.length);
      for (const element of value) fold.add(element);
    },
    value: () => fold.value(),
  };
}
