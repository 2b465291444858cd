import { expect, test } from 'vitest';
import { evaluate, evaluationError } from '../../../../test/support/evaluate-expression.ts';
import { ObjectIdValue } from '../../value/bson.ts';
import { toJson } from '../../value/to-json.ts';
import type { Json } from '../../value/value.ts';

test.each<[Json, Json]>([
  [{ $toInt: '42' }, 42],
  [{ $toInt: 1.9 }, 1],
  [{ $toInt: true }, 1],
  [{ $toDouble: '1e3' }, 1000],
  [{ $toBool: 0 }, false],
  [{ $toBool: 'false' }, true],
  [{ $toString: 0.00009 }, '9e-05'],
  [{ $toString: { $toDate: 0.5e12 } }, '1985-11-05T00:53:20.000Z'],
  [{ $toDecimal: '1.10' }, { $numberDecimal: '1.1' }],
  [{ $toLong: { $toDate: '1970-01-01T00:00:01Z' } }, 1000],
  [{ $convert: { input: 'x', to: 'int', onError: 'bad' } }, 'bad'],
  [{ $convert: { input: null, to: 'int', onNull: 0 } }, 0],
  [
    { $convert: { input: 'YWI=', to: 'binData', format: 'base64' } },
    { $binary: { base64: 'YWI=', subType: '00' } },
  ],
  [
    {
      $convert: {
        input: { $convert: { input: 'ab', to: 'binData', format: 'utf8' } },
        to: 'string',
        format: 'hex',
      },
    },
    '6162',
  ],
  [{ $type: [[1]] }, 'array'],
  [{ $type: '$nope' }, 'missing'],
  [{ $type: { $toDouble: 1 } }, 'double'],
  [{ $isNumber: 'x' }, false],
  [{ $bsonSize: { $literal: { a: 1 } } }, 12],
])('%j is %j', (source, expected) => {
  expect(toJson(evaluate(source) ?? null)).toEqual(expected);
});

test('an ObjectId is read from its digits, whatever their case', () => {
  expect(evaluate({ $toObjectId: '507F1F77BCF86CD799439011' })).toEqual(
    new ObjectIdValue('507f1f77bcf86cd799439011'),
  );
});

test.each<Json>([
  { $toInt: '4.2' },
  { $toInt: 2147483648 },
  { $toInt: ' 1' },
  { $toLong: 1e19 },
  { $toDouble: '0x1' },
  { $toDate: 5 },
  { $toDate: 'soon' },
  { $toObjectId: 'abc' },
  { $toString: [[1]] },
  { $convert: { input: 1, to: 'integer', onError: 0 } },
])('%j is refused', (source) => {
  expect(evaluationError(source).code).toBe('INVALID_REQUEST');
});
