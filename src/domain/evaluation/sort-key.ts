import type { Sort } from '../query/sort.ts';
import type { Value, ValueObject } from '../value/value.ts';

/** What a document is sorted by, one value per field: of an array its least (or, descending, greatest) element. */
export function sortKey(_document: ValueObject, _sort: Sort): readonly (Value | undefined)[] {
  throw new Error('not written yet');
}

export function compareSortKeys(
  _a: readonly (Value | undefined)[],
  _b: readonly (Value | undefined)[],
  _sort: Sort,
): number {
  throw new Error('not written yet');
}
