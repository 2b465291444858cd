import { ServiceError } from '../../errors.ts';
import type { Value } from '../../value/value.ts';
import { isObject } from '../../value/value-type.ts';
import { type MutableObject, setField } from '../set-field.ts';
import type { AccumulatorCall, Fold } from './accumulator.ts';

export function countFold(): Fold {
  let count = 0;
  return {
    add: () => {
      count++;
    },
    value: () => count,
  };
}

/** The first document's value; a missing one is null. */
export function firstFold(): Fold {
  let first: Value | undefined;
  let met = false;
  return {
    add: (value) => {
      if (!met) first = value;
      met = true;
    },
    value: () => first ?? null,
  };
}

export function lastFold(): Fold {
  let last: Value | undefined;
  return {
    add: (value) => {
      last = value;
    },
    value: () => last ?? null,
  };
}

/** Later fields win; null and missing are passed over. */
export function mergeFold({ held }: AccumulatorCall): Fold {
  const merged: MutableObject = {};
  return {
    add: (value) => {
      if (value === null || value === undefined) return;
      if (!isObject(value))
        throw new ServiceError('INVALID_REQUEST', '$mergeObjects takes objects only', {
          operator: '$mergeObjects',
        });
      for (const [name, field] of Object.entries(value)) {
        if (!Object.hasOwn(merged, name)) held.add(1);
        setField(merged, name, field);
      }
    },
    value: () => ({ ...merged }),
  };
}
