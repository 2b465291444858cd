import { expect, test } from 'vitest';
import { evaluate, evaluationError } from '../../../test/support/evaluate-expression.ts';
import type { Json, ValueObject } from '../value/value.ts';

test('variables of the system', () => {
  expect(evaluate('$$NOW')).toEqual(new Date(0));
  expect(evaluate({ a: '$$REMOVE' })).toEqual({});
  expect(evaluate('$$ROOT.a', { a: 1 })).toBe(1);
  expect(evaluate('$$CURRENT.a', { a: 1 })).toBe(1);
});

test.each<[Json, Json | undefined]>([
  [{ $cond: [true, 1, { $divide: [1, 0] }] }, 1],
  [{ $and: [false, { $divide: [1, '$zero'] }] }, false],
  [{ $or: [{ $divide: [1, '$zero'] }, true] }, true],
  [{ $ifNull: ['$nope', null, 3] }, 3],
  [{ $ifNull: ['$nope', '$nope'] }, undefined],
  // biome-ignore lint/suspicious/noThenProperty: MongoDB's name of the field
  [{ $switch: { branches: [{ case: '$zero', then: 1 }], default: 2 } }, 2],
  [{ $not: ['$nope'] }, true],
  [{ $and: [] }, true],
  [{ $cmp: ['$nope', null] }, -1],
  [{ $eq: ['$nope', null] }, false],
  [{ $gt: ['a', 1] }, true],
  [{ $eq: [{ a: 1 }, { a: 1 }] }, true],
])('%j is %j', (source, expected) => {
  expect(evaluate(source, { zero: 0 })).toEqual(expected);
});

test('a switch without a branch that holds is an error', () => {
  // biome-ignore lint/suspicious/noThenProperty: MongoDB's name of the field
  expect(evaluationError({ $switch: { branches: [{ case: false, then: 1 }] } }).code).toBe('INVALID_REQUEST');
});

test('no field of a prototype is ever read', () => {
  expect(evaluate('$constructor')).toBeUndefined();
  expect(evaluate('$o.__proto__', { o: {} })).toBeUndefined();
  expect(evaluate({ $getField: 'toString' })).toBeUndefined();
});

test('a document that holds itself twice, stage by stage, is stopped', () => {
  const grow = () => {
    let document: ValueObject = { text: 'x'.repeat(1000) };
    for (let i = 0; i < 40; i++) {
      const half = evaluate('$$ROOT', document) ?? null;
      document = { a: half, b: half };
    }
  };
  expect(grow).toThrow(/too large/);
});

test('every call costs a step', () => {
  const source = { $map: { input: { $range: [0, 1000] }, in: { $abs: '$$this' } } };
  expect(evaluationError(source, {}, 1500).code).toBe('QUERY_TOO_EXPENSIVE');
});
