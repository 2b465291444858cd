import type { Value } from '../value/value.ts';

/** MongoDB's total order over all types; undefined (missing) equals null. Negative, zero or positive. */
export function compareValues(_a: Value | undefined, _b: Value | undefined): number {
  throw new Error('not written yet');
}
