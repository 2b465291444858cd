import { expect, test } from 'vitest';
import type { Sort } from '../query/sort.ts';
import type { Value, ValueObject } from '../value/value.ts';
import { compareSortKeys, sortKey } from './sort-key.ts';

function sorted(documents: readonly ValueObject[], sort: Sort): readonly ValueObject[] {
  return documents.toSorted((a, b) => compareSortKeys(sortKey(a, sort), sortKey(b, sort), sort));
}

function orderOf(values: readonly (Value | undefined)[], direction: 1 | -1): readonly number[] {
  const documents = values.map((a, id) => (a === undefined ? { id } : { id, a }));
  return sorted(documents, [{ path: ['a'], direction }]).map(({ id }) => Number(id));
}

test('an array counts by its least element ascending, its greatest descending', () => {
  const values = [5, [1, 9], [4], 2];
  expect(orderOf(values, 1)).toEqual([1, 3, 2, 0]);
  expect(orderOf(values, -1)).toEqual([1, 0, 2, 3]);
});

test('an empty array stands before null and missing', () => {
  expect(orderOf([0, null, [], undefined], 1)).toEqual([2, 1, 3, 0]);
  expect(orderOf([[], null, 0], -1)).toEqual([2, 1, 0]);
  expect(orderOf([[null], []], 1)).toEqual([1, 0]);
});

test('types stand in their order', () => {
  expect(orderOf([true, { x: 1 }, 'a', 1, null, new Date(0)], 1)).toEqual([4, 3, 2, 1, 0, 5]);
});

test('a path goes through arrays; what lacks the field is missing', () => {
  const documents = [{ a: [{ b: 3 }, { b: 1 }] }, { a: { b: 2 } }, { a: [{ c: 1 }, { b: 9 }] }, { a: [7] }];
  const keys = documents.map((document) => sortKey(document, [{ path: ['a', 'b'], direction: 1 }]));
  expect(keys).toEqual([[1], [2], [undefined], [undefined]]);
  expect(sortKey({ a: [{ b: 5 }, { b: 6 }] }, [{ path: ['a', '1', 'b'], direction: 1 }])).toEqual([6]);
});

test('further fields break ties', () => {
  const sort: Sort = [
    { path: ['a'], direction: -1 },
    { path: ['_id'], direction: 1 },
  ];
  const documents = [
    { _id: 'c', a: 1 },
    { _id: 'b', a: 2 },
    { _id: 'a', a: 1 },
  ];
  expect(sorted(documents, sort).map(({ _id }) => _id)).toEqual(['b', 'a', 'c']);
});

test('fields of the same array take their values from one element', () => {
  const sort: Sort = [
    { path: ['a', 'b'], direction: 1 },
    { path: ['a', 'c'], direction: -1 },
  ];
  expect(
    sortKey(
      {
        a: [
          { b: 1, c: 1 },
          { b: 2, c: 9 },
          { b: 1, c: 3 },
        ],
      },
      sort,
    ),
  ).toEqual([1, 3]);
  expect(sortKey({ a: [] }, sort)).toEqual([undefined, undefined]);
});

test('an index into an array ends at that element, an array there counts by its elements', () => {
  expect(sortKey({ a: [[3, 1], 0] }, [{ path: ['a', '0'], direction: 1 }])).toEqual([1]);
  expect(sortKey({ a: [[3, 1], 0] }, [{ path: ['a'], direction: 1 }])).toEqual([0]);
  expect(sortKey({ a: [[3, 1], 0] }, [{ path: ['a'], direction: -1 }])).toEqual([[3, 1]]);
});
