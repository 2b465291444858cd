import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, evaluationError } from '../../../../test/support/evaluate-expression.ts';
import type { Json, JsonObject } from '../../value/value.ts';
import { compareValues } from '../compare-values.ts';

const document: JsonObject = { items: [{ n: 1 }, { n: 2 }, {}, 5, [{ n: 9 }]], nil: null, o: { a: 1 } };

test.each<[Json, Json | undefined]>([
  ['$items.n', [1, 2]],
  ['$items.0', []],
  ['$nope.a', undefined],
  [['$nope'], [null]],
  [{ a: '$nope', b: '$o.a' }, { b: 1 }],
  [{ $first: [[]] }, undefined],
  [{ $arrayElemAt: [[1, 2], -1] }, 2],
  [{ $arrayElemAt: [[1, 2], 2] }, undefined],
  [{ $slice: [[1, 2, 3], -2] }, [2, 3]],
  [{ $slice: [[1, 2, 3], -5, 1] }, [1]],
  [{ $range: [5, 0, -2] }, [5, 3, 1]],
  [{ $indexOfArray: [[1, 2, 1], 1, 1] }, 2],
  [{ $in: ['$nope', [null]] }, false],
  [{ $concatArrays: [[1], '$nil'] }, null],
  [
    { $zip: { inputs: [[1, 2], [3]], useLongestLength: true, defaults: [0, 9] } },
    [
      [1, 3],
      [2, 9],
    ],
  ],
  [{ $map: { input: [1, 2], as: 'x', in: { $add: ['$$x', 1] } } }, [2, 3]],
  [{ $filter: { input: [1, 2, 3], cond: { $gte: ['$$this', 2] }, limit: 1 } }, [2]],
  [{ $reduce: { input: ['a', 'b'], initialValue: '', in: { $concat: ['$$value', '$$this'] } } }, 'ab'],
  [{ $let: { vars: { x: 2 }, in: { $multiply: ['$$x', '$o.a'] } } }, 2],
  [{ $map: { input: [{ n: 7 }], as: 'CURRENT', in: '$n' } }, [7]],
  [{ $sortArray: { input: [{ a: 2 }, { a: 1 }], sortBy: { a: 1 } } }, [{ a: 1 }, { a: 2 }]],
  [
    {
      $setUnion: [
        [3, 1],
        [1, 2],
      ],
    },
    [1, 2, 3],
  ],
  [{ $setDifference: [[3, 1, 3], [1]] }, [3]],
  [
    {
      $setEquals: [
        [1, 1, 2],
        [2, 1],
      ],
    },
    true,
  ],
  [{ $setIsSubset: [[1], [1, 2]] }, true],
  [{ $maxN: { n: 2, input: [1, null, 3, 2] } }, [3, 2]],
  [
    {
      $arrayToObject: [
        [
          ['a', 1],
          ['b', 2],
        ],
      ],
    },
    { a: 1, b: 2 },
  ],
  [{ $objectToArray: '$o' }, [{ k: 'a', v: 1 }]],
  [{ $mergeObjects: ['$o', null, { b: 2 }] }, { a: 1, b: 2 }],
  [{ $getField: { field: 'a.b', input: { $literal: { 'a.b': 3 } } } }, 3],
  [{ $setField: { field: 'b', input: '$o', value: 2 } }, { a: 1, b: 2 }],
  [{ $unsetField: { field: 'a', input: '$o' } }, {}],
])('%j is %j', (source, expected) => {
  expect(evaluate(source, document)).toEqual(expected);
});

test.each<Json>([
  { $size: '$nope' },
  { $in: [1, '$nope'] },
  { $slice: [[1], 0, 0] },
  { $range: [0, 5, 0] },
  { $arrayToObject: [[{ k: 1, v: 1 }]] },
  { $mergeObjects: [1] },
  { $setEquals: [[1], null] },
  { $filter: { input: 'x', cond: true } },
])('%j is refused', (source) => {
  expect(evaluationError(source, document).code).toBe('INVALID_REQUEST');
});

test('a key __proto__ stays a key', () => {
  const made = evaluate({ $arrayToObject: [[['__proto__', { evil: true }]]] });
  expect(Object.keys(made as object)).toEqual(['__proto__']);
  expect(({} as { evil?: boolean }).evil).toBeUndefined();
});

test('work and values are bounded', { timeout: 30_000 }, () => {
  const twice = { $reduce: { input: { $range: [0, 40] }, initialValue: 'x', in: ['$$value', '$$value'] } };
  expect(evaluationError(twice).code).toBe('QUERY_TOO_EXPENSIVE');
  const nested = { $reduce: { input: { $range: [0, 5000] }, initialValue: 'x', in: ['$$value'] } };
  expect(evaluationError(nested).code).toBe('QUERY_TOO_EXPENSIVE');
  const text = {
    $reduce: {
      input: { $range: [0, 40] },
      initialValue: 'xx',
      in: { $replaceAll: { input: '$$value', find: 'x', replacement: 'xxxx' } },
    },
  };
  expect(evaluationError(text).code).toBe('QUERY_TOO_EXPENSIVE');
  expect(evaluationError({ $range: [0, 2_000_000_000] }).code).toBe('QUERY_TOO_EXPENSIVE');
});

test('an array holds no more than a document can, however much work is allowed', { timeout: 30_000 }, () => {
  const tooLarge = 'the query builds a value that is too large or too deep';
  expect(evaluationError({ $range: [0, 5_000_000] }, {}, 1e9).message).toBe(tooLarge);
  const doubled = {
    $reduce: { input: { $range: [0, 25] }, initialValue: [1], in: { $concatArrays: ['$$value', '$$value'] } },
  };
  expect(evaluationError(doubled, {}, 1e9).message).toBe(tooLarge);
});

test('$sortArray sorts, $setUnion holds each value once', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.string({ maxLength: 1 })));
  fc.assert(
    fc.property(values, (input) => {
      const sorted = input.toSorted(compareValues);
      expect(evaluate({ $sortArray: { input: '$input', sortBy: 1 } }, { input })).toEqual(sorted);
      expect(evaluate({ $setUnion: ['$input', '$input'] }, { input })).toEqual([...new Set(sorted)]);
    }),
  );
});
