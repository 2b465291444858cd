import { expect, test } from 'vitest';
import { parseFilter } from '../../application/query-language/parse-filter.ts';
import { parseProjection } from '../../application/query-language/parse-projection.ts';
import type { Json, Value, ValueObject } from '../value/value.ts';
import { compileProjection } from './compile-projection.ts';
import { EvaluationBudget } from './evaluation-context.ts';

const context = { now: new Date(0), budget: new EvaluationBudget(1e6, Number.POSITIVE_INFINITY) };

function project(projection: Json, document: ValueObject, filter: Json = {}): Value {
  const options = { path: 'projection', shortNames: false, extendedJson: false };
  const parsed = parseProjection(projection, options);
  return compileProjection(parsed, parseFilter(filter, { ...options, path: 'filter' }), context)(document);
}

const document = {
  _id: 'x',
  a: 1,
  b: { c: 2, d: 3 },
  list: [{ c: 1, d: 2 }, 5, [{ c: 3 }]],
  n: [1, 2, 3, 4],
};

test.each<[Json, Json]>([
  [{}, document],
  [{ a: 1 }, { _id: 'x', a: 1 }],
  [{ a: true, _id: 0 }, { a: 1 }],
  [{ _id: 1 }, { _id: 'x' }],
  [{ _id: 0 }, { a: 1, b: document.b, list: document.list, n: document.n }],
  [{ 'b.c': 1, _id: 0 }, { b: { c: 2 } }],
  [{ b: { c: 1 }, _id: 0 }, { b: { c: 2 } }],
  [{ 'list.c': 1, _id: 0 }, { list: [{ c: 1 }, [{ c: 3 }]] }],
  [
    { 'list.c': 0, b: 0, n: 0, a: 0 },
    { _id: 'x', list: [{ d: 2 }, 5, [{}]] },
  ],
  [{ 'a.x': 1, _id: 0 }, {}],
  ['a,b.d', { _id: 'x', a: 1, b: { d: 3 } }],
  ['-list,-n,-b', { _id: 'x', a: 1 }],
])('%j', (projection, expected) => {
  expect(project(projection, document)).toEqual(expected);
});

test('$slice alone keeps the other fields', () => {
  const n = [1, 2, 3, 4];
  expect(project({ n: { $slice: 2 } }, { a: 1, n })).toEqual({ a: 1, n: [1, 2] });
  expect(project({ n: { $slice: -1 } }, { n })).toEqual({ n: [4] });
  expect(project({ n: { $slice: [-3, 2] } }, { n })).toEqual({ n: [2, 3] });
  expect(project({ n: { $slice: [9, 2] } }, { n })).toEqual({ n: [] });
  expect(project({ n: { $slice: 1 }, a: 1 }, { a: 1, b: 2, n })).toEqual({ a: 1, n: [1] });
  expect(project({ 'b.n': { $slice: 1 } }, { b: [{ n }, { n: 5 }] })).toEqual({ b: [{ n: [1] }, { n: 5 }] });
});

test('$elemMatch gives the first element that matches, or no field', () => {
  const list = [
    { s: 1, t: 'a' },
    { s: 2, t: 'b' },
    { s: 3, t: 'b' },
  ];
  expect(project({ list: { $elemMatch: { t: 'b' } } }, { _id: 1, a: 1, list })).toEqual({
    _id: 1,
    list: [list[1]],
  });
  expect(project({ list: { $elemMatch: { t: 'z' } } }, { _id: 1, list })).toEqual({ _id: 1 });
  expect(project({ list: { $elemMatch: { $gt: 1 } }, a: 0 }, { a: 1, b: 2, list: [1, 2] })).toEqual({
    b: 2,
    list: [2],
  });
});

test('the positional $ is the element that the filter matched', () => {
  const of = { n: [5, 6, 7], m: [{ x: 1 }, { x: 2 }] };
  expect(project({ 'n.$': 1 }, of, { n: { $gt: 5 } })).toEqual({ n: [6] });
  expect(project({ 'm.$': 1 }, of, { 'm.x': 2 })).toEqual({ m: [{ x: 2 }] });
  expect(project({ 'm.$': 1 }, of, { m: { $elemMatch: { x: 2 } } })).toEqual({ m: [{ x: 2 }] });
  expect(project({ 'n.$': 1 }, { n: 5 }, { n: 5 })).toEqual({ n: 5 });
  expect(() => project({ 'n.$': 1 }, of, { a: { $exists: false } })).toThrow(/which element/);
});

test('expressions compute fields, also below arrays', () => {
  const total = { $add: ['$a', '$b'] };
  expect(project({ total }, { _id: 1, a: 1, b: 2 })).toEqual({ _id: 1, total: 3 });
  expect(project({ 'x.y': '$a', _id: 0 }, { a: 1 })).toEqual({ x: { y: 1 } });
  expect(project({ 'x.y': '$a', _id: 0 }, { a: 1, x: [1, { z: 1 }] })).toEqual({ x: [{ y: 1 }, { y: 1 }] });
  expect(project({ a: '$missing', _id: 0 }, { a: 1 })).toEqual({});
  expect(project({ a: 'text', b: 1, _id: 0 }, { a: 1, b: 2 })).toEqual({ a: 'text', b: 2 });
});

test.each<[Json, string]>([
  [{ a: 1, b: 0 }, 'projection.b'],
  [['a'], 'projection'],
  [{ a: 1, 'a.b': 1 }, 'projection'],
  [{ 'a.$': 0 }, 'projection.a.$'],
  [{ 'a.$': 1, 'b.$': 1 }, 'projection'],
  [{ 'a.b': { $elemMatch: { c: 1 } } }, 'projection.a.b'],
  [{ a: { $elemMatch: 5 } }, 'projection.a.$elemMatch'],
  [{ a: { $slice: [0, -1] } }, 'projection.a'],
  [{ a: {} }, 'projection.a'],
  [{ $a: 1 }, 'projection.$a'],
  [{ 'a.': 1 }, 'projection.a.'],
  [{ a: 0, b: { $add: [1, 2] } }, 'projection.b'],
])('refuses %j', (projection, path) => {
  expect(() => project(projection, {})).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST', details: { path } }),
  );
});
