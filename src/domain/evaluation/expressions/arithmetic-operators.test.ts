import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, evaluationError } from '../../../../test/support/evaluate-expression.ts';
import { toJson } from '../../value/to-json.ts';
import type { Json } from '../../value/value.ts';

function result(source: Json): Json | undefined {
  const value = evaluate(source);
  return value === undefined ? undefined : toJson(value);
}

test.each<[Json, Json]>([
  [{ $add: [] }, 0],
  [{ $add: [1, null, 2] }, null],
  [{ $add: [0.1, 0.2, 0.3] }, 0.6],
  [{ $subtract: [5, 7] }, -2],
  [{ $divide: [1, 4] }, 0.25],
  [{ $mod: [-7, 3] }, -1],
  [{ $pow: [2, 0.5] }, Math.SQRT2],
  [{ $abs: -3 }, 3],
  [{ $round: [2.5] }, 2],
  [{ $round: [3.5] }, 4],
  [{ $round: [-1250, -2] }, -1200],
  [{ $round: [2.675, 2] }, 2.67],
  [{ $trunc: [0.29, 2] }, 0.28],
  [{ $trunc: [-1.9] }, -1],
  [{ $sigmoid: 0 }, 0.5],
  [{ $log: [8, 2] }, 3],
  [{ $bitAnd: [12, 10] }, 8],
  [{ $bitNot: 0 }, -1],
  [{ $sum: [1, 'x', 2] }, 3],
  [{ $avg: [[1, 2, 'x', 6]] }, 3],
  [{ $stdDevPop: [[2, 4, 4, 4, 5, 5, 7, 9]] }, 2],
  [{ $percentile: { input: [1, 2], p: [0.5, 1], method: 'continuous' } }, [1.5, 2]],
  [{ $median: { input: [3, 1, 2], method: 'approximate' } }, 2],
])('%j is %j', (source, expected) => {
  expect(result(source)).toEqual(expected);
});

test.each<[Json, string]>([
  [{ $add: [2147483647, 1] }, 'long'],
  [{ $multiply: [2147483647, 2] }, 'long'],
  [{ $multiply: [{ $toLong: '9223372036854775807' }, 2] }, 'double'],
  [{ $add: [{ $toDouble: 1 }, 1] }, 'double'],
  [{ $divide: [4, 2] }, 'double'],
  [{ $add: [1.5, { $toDecimal: '0.1' }] }, 'decimal'],
  [{ $pow: [2, 40] }, 'long'],
  [{ $subtract: [{ $toDate: '2020-01-02' }, { $toDate: '2020-01-01' }] }, 'long'],
])('the type of %j is %s', (source, type) => {
  expect(evaluate({ $type: source })).toBe(type);
});

test('longs and decimals keep all their digits', () => {
  expect(evaluate({ $toString: { $subtract: [{ $toLong: '9223372036854775807' }, 1] } })).toBe(
    '9223372036854775806',
  );
  expect(evaluate({ $toString: { $add: [{ $toDecimal: '0.1' }, { $toDecimal: '0.2' }] } })).toBe('0.3');
});

test.each<[Json, RegExp]>([
  [{ $add: [1, 'x'] }, /\$add .*string/],
  [{ $divide: [1, 0] }, /\$divide .*zero/],
  [{ $sqrt: -1 }, /\$sqrt/],
  [{ $ln: 0 }, /\$ln/],
  [{ $log: [1, 1] }, /\$log/],
  [{ $abs: { $toLong: '-9223372036854775808' } }, /\$abs/],
  [{ $round: [1, 1.5] }, /\$round/],
  [{ $bitAnd: [1.5] }, /\$bitAnd .*double/],
])('%j is refused', (source, message) => {
  const error = evaluationError(source);
  expect([error.code, error.message]).toEqual(['INVALID_REQUEST', expect.stringMatching(message)]);
});

test('integers add and multiply as in exact arithmetic, as long as 64 bits hold them', () => {
  const integer = fc.maxSafeInteger();
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      expect(BigInt(String(evaluate({ $toString: { $add: [a, b] } })))).toBe(BigInt(a) + BigInt(b));
      const product = BigInt(a) * BigInt(b);
      if (product === BigInt.asIntN(64, product))
        expect(BigInt(String(evaluate({ $toString: { $multiply: [a, b] } })))).toBe(product);
    }),
  );
});
