import { expect, test } from 'vitest';
import type { Json } from '../value/value.ts';
import { valuesAt } from './values-at.ts';

test.each<[Json, string, Json]>([
  [{ a: 1 }, 'a', [1]],
  [{ a: [1, [2]] }, 'a', [1, [2]]],
  [{ a: { b: 1 } }, 'a.b', [1]],
  [{ a: [{ b: 1 }, { b: [2, 3] }, 4] }, 'a.b', [1, 2, 3]],
  [{ a: [{ b: 1 }, { b: 2 }] }, 'a.1.b', [2]],
  [{ a: [5, 6] }, 'a.0', [5]],
  [{ a: 1 }, 'a.b', []],
  [{}, 'constructor', []],
  [{ a: null }, 'a', [null]],
])('%j at %s', (document, path, expected) => {
  expect(valuesAt(document, path.split('.'))).toEqual(expected);
});
