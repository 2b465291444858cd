import { expect, test } from 'vitest';
import { parseFilter } from '../../application/query-language/parse-filter.ts';
import { ServiceError } from '../errors.ts';
import type { Json, JsonObject, Value, ValueObject } from '../value/value.ts';
import { compileFilter } from './compile-filter.ts';
import { EvaluationBudget } from './evaluation-context.ts';

const context = { now: new Date(0), budget: new EvaluationBudget(1e6, Number.POSITIVE_INFINITY) };

function matches(filter: Json, document: ValueObject): boolean {
  const options = { path: 'filter', shortNames: false, extendedJson: true };
  return compileFilter(parseFilter(filter, options), context)(document);
}

/** The values of `a` for which the filter on it holds, by their place in the list. */
function holdsFor(filter: JsonObject, values: readonly (Value | undefined)[]): readonly number[] {
  return values.flatMap((a, index) => (matches(filter, a === undefined ? {} : { a }) ? [index] : []));
}

test('null equals missing; an element counts, an empty array does not', () => {
  expect(holdsFor({ a: null }, [null, undefined, 0, '', [], [null], [1], {}])).toEqual([0, 1, 5]);
  expect(holdsFor({ a: { $ne: null } }, [null, undefined, 0, [], [null]])).toEqual([2, 3]);
  expect(holdsFor({ a: { $gte: null } }, [null, undefined, 0])).toEqual([0, 1]);
  expect(holdsFor({ a: { $gt: null } }, [null, undefined, 0])).toEqual([]);
});

test('null below arrays: only an object without the field misses it', () => {
  const values = [[], [1], [{}], [{ b: 1 }], [{ b: null }], [{ b: 1 }, {}], [[{}]], {}, 1, undefined];
  expect(holdsFor({ 'a.b': null }, values)).toEqual([2, 4, 5, 7, 8, 9]);
  expect(holdsFor({ 'a.b': { $in: [null, 7] } }, values)).toEqual([2, 4, 5, 7, 8, 9]);
  expect(holdsFor({ 'a.b': { $exists: false } }, values)).toEqual([0, 1, 2, 6, 7, 8, 9]);
  expect(holdsFor({ 'a.0': null }, [[], [null], [1], [{}], undefined])).toEqual([1, 3, 4]);
});

test('comparison stays within the type', () => {
  const values = [5, '5', true, null, { x: 9 }, [9], new Date(9), Number.NaN, undefined];
  expect(holdsFor({ a: { $gt: 1 } }, values)).toEqual([0, 5]);
  expect(holdsFor({ a: { $lt: 'z' } }, values)).toEqual([1]);
  expect(holdsFor({ a: { $lte: true } }, values)).toEqual([2]);
  expect(holdsFor({ a: { $gt: { x: 1 } } }, values)).toEqual([4]);
  expect(holdsFor({ a: { $gte: { $date: '1970-01-01T00:00:00Z' } } }, values)).toEqual([6]);
  expect(holdsFor({ a: { $gt: { $minKey: 1 } } }, values)).toHaveLength(values.length);
});

test('NaN equals itself and has no order', () => {
  const nan = { $numberDouble: 'NaN' };
  const values = [Number.NaN, 0, Number.NEGATIVE_INFINITY];
  expect(holdsFor({ a: nan }, values)).toEqual([0]);
  expect(holdsFor({ a: { $gte: nan } }, values)).toEqual([0]);
  expect(holdsFor({ a: { $lt: nan } }, values)).toEqual([]);
  expect(holdsFor({ a: { $lt: 1 } }, values)).toEqual([1, 2]);
  expect(holdsFor({ a: { $in: [nan] } }, values)).toEqual([0]);
});

test('numbers beyond 2^53 and zeros', () => {
  expect(matches({ a: 9007199254740992 }, { a: 9007199254740991 })).toBe(false);
  expect(holdsFor({ a: { $numberLong: '9007199254740993' } }, [9007199254740992])).toEqual([]);
  expect(holdsFor({ a: 0 }, [-0, 0, false, ''])).toEqual([0, 1]);
  expect(holdsFor({ a: { $in: [0] } }, [-0, 0])).toEqual([0, 1]);
});

test('an array matches by element or as a whole; $ne is the negation of that', () => {
  const values: readonly Value[] = [[1, 2], [[1, 2]], [2, 1], 1, [[[1, 2]]]];
  expect(holdsFor({ a: [1, 2] }, values)).toEqual([0, 1]);
  expect(holdsFor({ a: 1 }, values)).toEqual([0, 2, 3]);
  expect(holdsFor({ a: { $ne: 1 } }, values)).toEqual([1, 4]);
  expect(holdsFor({ a: { $gt: 1, $lt: 2 } }, [[1, 2], [0, 3], 1.5, [2]])).toEqual([0, 1, 2]);
  expect(holdsFor({ a: { $nin: [1, 5] } }, [[1], [2], undefined])).toEqual([1, 2]);
});

test('a number segment is an index and a field name', () => {
  expect(holdsFor({ 'a.0': 1 }, [[1], [2, 1], { 0: 1 }, [{ 0: 1 }], [[1]], [2, { 0: 1 }]])).toEqual([
    0, 2, 3, 5,
  ]);
  expect(holdsFor({ 'a.0': [1] }, [[[1]], [1]])).toEqual([0]);
  expect(
    holdsFor({ 'a.1.b': 1 }, [
      [{}, { b: 1 }],
      [{ b: 1 }, {}],
      [0, [{ b: 1 }]],
    ]),
  ).toEqual([0, 2]);
  expect(holdsFor({ 'a.00': 1 }, [[1]])).toEqual([]);
  expect(holdsFor({ 'a.b': 1 }, [[[{ b: 1 }]], [{ b: [0, 1] }]])).toEqual([1]);
});

test('$in of nothing matches nothing, $nin of nothing everything', () => {
  expect(holdsFor({ a: { $in: [] } }, [1, null, undefined, []])).toEqual([]);
  expect(holdsFor({ a: { $nin: [] } }, [1, undefined])).toEqual([0, 1]);
  expect(holdsFor({ a: { $all: [] } }, [1, []])).toEqual([]);
});

test('$in holds values of every kind and patterns', () => {
  const filter = { a: { $in: [{ $regularExpression: { pattern: '^x', options: '' } }, { b: 1 }, 3, [4]] } };
  expect(holdsFor(filter, ['xy', 'yx', { b: 1 }, 3, [3], [[4]], [4], 4])).toEqual([0, 2, 3, 4, 5, 6]);
  expect(holdsFor({ a: { $in: [{ $numberLong: '5' }, 6] } }, [5, 6, [5], '5'])).toEqual([0, 1, 2]);
  const many = Array.from({ length: 20 }, (_, n) => ({ n }));
  expect(holdsFor({ a: { $in: many } }, [{ n: 19 }, { n: 20 }, [{ n: 0 }]])).toEqual([0, 2]);
});

test('$elemMatch looks at one element at a time', () => {
  expect(holdsFor({ a: { $elemMatch: { $gt: 1, $lt: 3 } } }, [[1, 4], [2], 2, [[2]]])).toEqual([1]);
  expect(
    holdsFor({ a: { $elemMatch: { b: 1, c: 2 } } }, [[{ b: 1 }, { c: 2 }], [{ b: 1, c: 2 }], { b: 1, c: 2 }]),
  ).toEqual([1]);
  expect(holdsFor({ a: { $elemMatch: { 0: 7 } } }, [[[7]], [7]])).toEqual([0]);
  expect(holdsFor({ a: { $elemMatch: { $elemMatch: { $gt: 6 } } } }, [[[7]], [7]])).toEqual([0]);
  expect(holdsFor({ a: { $elemMatch: { $or: [{ b: 1 }, { b: 2 }] } } }, [[{ b: 2 }], [2]])).toEqual([0]);
  expect(holdsFor({ a: { $not: { $elemMatch: { $gt: 1 } } } }, [[2], [0], undefined])).toEqual([1, 2]);
  expect(
    holdsFor({ a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } }, [
      [{ b: 1 }, { b: 2 }],
      [{ b: 1 }],
    ]),
  ).toEqual([0]);
});

test('$exists, $type and $size', () => {
  expect(holdsFor({ a: { $exists: true } }, [null, [], undefined])).toEqual([0, 1]);
  expect(holdsFor({ a: { $type: 'number' } }, [1, 2 ** 40, 1.5, '1', [1], null])).toEqual([0, 1, 2, 4]);
  expect(holdsFor({ a: { $type: ['int', 4] } }, [1, 2 ** 40, 1.5, ['x'], []])).toEqual([0, 3, 4]);
  expect(holdsFor({ a: { $type: 'double' } }, [1, 1.5, -0])).toEqual([1, 2]);
  expect(holdsFor({ a: { $size: 1 } }, [[1], [[1, 2]], [1, 2], 'x', undefined])).toEqual([0, 1]);
});

test('$mod and bits', () => {
  expect(holdsFor({ a: { $mod: [4, -1] } }, [-5, 3, -5.9, '3', 2 ** 64])).toEqual([0, 2]);
  expect(holdsFor({ a: { $bitsAllSet: 5 } }, [5, 4, -1, 5.5, 2 ** 63, '5'])).toEqual([0, 2]);
  expect(holdsFor({ a: { $bitsAnyClear: [70] } }, [5, -1])).toEqual([0]);
});

test('regular expressions: strings only, negated, with options', () => {
  expect(holdsFor({ a: { $regex: '^A', $options: 'i' } }, ['ab', 'b', 1, ['x', 'a']])).toEqual([0, 3]);
  expect(holdsFor({ a: { $not: { $regex: '^a' } } }, ['ab', 'b', 1, undefined])).toEqual([1, 2, 3]);
  expect(holdsFor({ a: { $regex: 'b$' } }, ['ab\n', 'ab', 'abc'])).toEqual([0, 1]);
});

test('names that objects inherit are fields like others', () => {
  const polluted = JSON.parse('{"__proto__": {"x": 1}, "constructor": 5}') as ValueObject;
  expect(matches({ '__proto__.x': 1 }, polluted)).toBe(true);
  expect(matches(JSON.parse('{"__proto__": {"x": 1}}') as Json, polluted)).toBe(true);
  expect(matches({ constructor: { $exists: true } } as unknown as Json, {})).toBe(false);
  expect(matches({ 'toString.name': 'toString' }, {})).toBe(false);
  expect(matches({ 'a.length': 2 }, { a: [1, 2] })).toBe(false);
});

test('$expr sees the document', () => {
  expect(matches({ $expr: { $gt: ['$a', '$b'] } }, { a: 2, b: 1 })).toBe(true);
  expect(matches({ $expr: '$a' }, { a: 0 })).toBe(false);
  expect(matches({ $sampleRate: 1 }, {})).toBe(true);
  expect(matches({ $sampleRate: 0 }, {})).toBe(false);
  expect(matches({ $sampleRate: 1e-300 }, {})).toBe(false);
});

test('$text and geo need a database', () => {
  const near = { a: { $near: { $geometry: { type: 'Point', coordinates: [0, 0] } } } };
  for (const filter of [near, { $text: { $search: 'x' } }]) {
    expect(() => matches(filter, {})).toThrow(ServiceError);
    expect(() => matches(filter, {})).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_OPERATION' }));
  }
});

test('a hostile regular expression takes linear time', () => {
  const start = performance.now();
  expect(matches({ a: { $regex: '^(a+)+$' } }, { a: `${'a'.repeat(50_000)}!` })).toBe(false);
  expect(performance.now() - start).toBeLessThan(2000);
});

test('where a database loses the order of fields, equality is by set of fields', () => {
  const options = { path: 'filter', shortNames: false, extendedJson: false };
  const document = { a: { x: 1, y: [{ p: 1, q: 2 }] } };
  const turned = { y: [{ q: 2, p: 1 }], x: 1 };
  for (const filter of [{ a: turned }, { a: { $in: [turned, 5] } }, { 'a.y': { q: 2, p: 1 } }]) {
    const parsed = parseFilter(filter, options);
    expect(compileFilter(parsed, context)(document)).toBe(false);
    expect(compileFilter(parsed, { ...context, keyOrder: 'ignored' })(document)).toBe(true);
  }
});
