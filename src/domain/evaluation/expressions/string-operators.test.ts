import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, evaluationError } from '../../../../test/support/evaluate-expression.ts';
import type { Json } from '../../value/value.ts';

test.each<[Json, Json]>([
  [{ $concat: ['a', 'b'] }, 'ab'],
  [{ $concat: ['a', null] }, null],
  [{ $toUpper: 'café' }, 'CAFé'],
  [{ $toLower: 1.5 }, '1.5'],
  [{ $toLower: 123456.789 }, '123457'],
  [{ $strcasecmp: ['ABC', 'abd'] }, -1],
  [{ $split: ['a-b-', '-'] }, ['a', 'b', '']],
  [{ $strLenBytes: 'é😀' }, 6],
  [{ $strLenCP: 'é😀' }, 2],
  [{ $substrCP: ['é😀x', 1, 1] }, '😀'],
  [{ $substrBytes: ['éx', 2, 9] }, 'x'],
  [{ $indexOfCP: ['😀b', 'b'] }, 1],
  [{ $indexOfBytes: ['😀b', 'b'] }, 4],
  [{ $indexOfCP: ['abc', 'z'] }, -1],
  [{ $trim: { input: ' \t a \n' } }, 'a'],
  [{ $ltrim: { input: 'xyxa', chars: 'xy' } }, 'a'],
  [{ $replaceOne: { input: 'a$a', find: 'a', replacement: { $literal: '$&' } } }, '$&$a'],
  [{ $replaceAll: { input: 'aaa', find: 'aa', replacement: 'b' } }, 'ba'],
  [{ $regexMatch: { input: 'Hello', regex: '^h', options: 'i' } }, true],
  [{ $regexFind: { input: '😀ab12', regex: '(b)(x)?' } }, { match: 'b', idx: 2, captures: ['b', null] }],
  [
    { $regexFindAll: { input: 'a1b2', regex: '\\d' } },
    [
      { match: '1', idx: 1, captures: [] },
      { match: '2', idx: 3, captures: [] },
    ],
  ],
  [{ $regexFindAll: { input: null, regex: 'a' } }, []],
])('%j is %j', (source, expected) => {
  expect(evaluate(source)).toEqual(expected);
});

test.each<Json>([
  { $concat: ['a', 1] },
  { $toUpper: true },
  { $substrBytes: ['é', 1, 1] },
  { $substrCP: ['a', -1, 1] },
  { $indexOfCP: ['a', 'a', -1] },
  { $split: ['a', ''] },
  { $strLenCP: null },
  { $trim: { input: 1 } },
  { $regexMatch: { input: 'a', regex: '(' } },
  { $regexFind: { input: 'ab', regex: 'a\\Kb' } },
  { $regexMatch: { input: 'a', regex: 'a', options: 'g' } },
  { $replaceAll: { input: 'a', find: 1, replacement: '' } },
])('%j is refused', (source) => {
  expect(evaluationError(source).code).toBe('INVALID_REQUEST');
});

test('a pattern that would backtrack for ever is linear', () => {
  const input = `${'a'.repeat(50_000)}!`;
  expect(evaluate({ $regexMatch: { input, regex: '^(a+)+$' } })).toBe(false);
});

test('splitting and joining is the identity', () => {
  const join = {
    $reduce: {
      input: { $split: ['$t', ','] },
      initialValue: null,
      in: {
        $cond: [{ $eq: ['$$value', null] }, '$$this', { $concat: ['$$value', ',', '$$this'] }],
      },
    },
  };
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ',', '😀') }), (t) => {
      expect(evaluate(join, { t })).toBe(t);
      expect(evaluate({ $substrCP: ['$t', 0, { $strLenCP: '$t' }] }, { t })).toBe(t);
    }),
  );
});
