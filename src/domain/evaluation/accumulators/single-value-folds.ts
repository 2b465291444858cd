import { ServiceError } from '../../errors.ts';
import type { Value, ValueObject } from '../../value/value.ts';
import { isObject } from '../../value/value-type.ts';
import type { Fold } from './accumulator.ts';

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
export function mergeFold(): Fold {
  let merged: ValueObject = {};
  return {
    add: (value) => {
      if (value === null || value === undefined) return;
      if (!isObject(value))
        throw new ServiceError('INVALID_REQUEST', '$mergeObjects takes objects only', {
          operator: '$mergeObjects',
        });
      merged = { ...merged, ...value };
    },
    value: () => merged,
  };
}
