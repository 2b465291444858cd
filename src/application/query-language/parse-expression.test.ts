import { expect, test } from 'vitest';
import { ServiceError } from '../../domain/errors.ts';
import { ObjectIdValue } from '../../domain/value/bson.ts';
import type { Json } from '../../domain/value/value.ts';
import { parseExpression } from './parse-expression.ts';

const options = { path: 'p', shortNames: false, extendedJson: false };

function failure(source: Json, variables?: ReadonlySet<string>): string {
  try {
    parseExpression(source, options, variables);
  } catch (error) {
    if (error instanceof ServiceError) return `${error.code} ${String(error.details.path)}`;
    throw error;
  }
  return 'parsed';
}

test('fields, variables, literals and calls become nodes', () => {
  expect(parseExpression('$a.b', options)).toEqual({ kind: 'variable', name: 'CURRENT', path: ['a', 'b'] });
  expect(parseExpression('$$ROOT', options)).toEqual({ kind: 'variable', name: 'ROOT', path: [] });
  expect(parseExpression({ $literal: '$a' }, options)).toEqual({ kind: 'literal', value: '$a' });
  expect(parseExpression({ $abs: '$a' }, options)).toMatchObject({ kind: 'call', operator: '$abs' });
  expect(parseExpression({ $abs: ['$a'] }, options)).toEqual(parseExpression({ $abs: '$a' }, options));
});

test('a mistake is reported with its path', () => {
  expect(failure({ $add: [1, { $nope: 1 }] })).toBe('INVALID_REQUEST p.$add[1].$nope');
  expect(failure({ a: { b: '$' } })).toBe('INVALID_REQUEST p.a.b');
  expect(failure({ $switch: { branches: [{ case: true }] } })).toBe('INVALID_REQUEST p.$switch.branches[0]');
  // biome-ignore lint/suspicious/noThenProperty: MongoDB's name of the field
  expect(failure({ $cond: { if: 1, then: 2, else: 3, other: 4 } })).toBe('INVALID_REQUEST p.$cond.other');
});

test.each<[Json, string]>([
  [{ $function: { body: 'x', args: [], lang: 'js' } }, 'INVALID_REQUEST p.$function'],
  [{ $subtract: [1] }, 'INVALID_REQUEST p.$subtract'],
  [{ $ifNull: [1] }, 'INVALID_REQUEST p.$ifNull'],
  [{ $add: [1], $abs: 1 }, 'INVALID_REQUEST p'],
  [{ 'a.b': 1 }, 'INVALID_REQUEST p.a.b'],
  [{ a: 1, $b: 1 }, 'INVALID_REQUEST p.$b'],
  ['$a..b', 'INVALID_REQUEST p'],
  ['$a.$b', 'INVALID_REQUEST p'],
  ['$$nope', 'INVALID_REQUEST p'],
  ['$$KEEP', 'INVALID_REQUEST p'],
  ['$$CLUSTER_TIME', 'UNSUPPORTED_OPERATION p'],
  [{ $let: { vars: { Upper: 1 }, in: 1 } }, 'INVALID_REQUEST p.$let.vars'],
  [{ $map: { input: [], as: 'x', in: '$$this' } }, 'INVALID_REQUEST p.$map.in'],
  [{ $setField: { field: '$a', input: {}, value: 1 } }, 'INVALID_REQUEST p.$setField.field'],
  [{ $zip: { inputs: [[1]], defaults: [1] } }, 'INVALID_REQUEST p.$zip.defaults'],
  [{ $dateFromParts: { isoWeekYear: 2020, month: 1 } }, 'INVALID_REQUEST p.$dateFromParts.month'],
])('refuses %j', (source, expected) => {
  expect(failure(source)).toBe(expected);
});

test('variables are known where they are bound, and only there', () => {
  expect(failure('$$x', new Set(['x']))).toBe('parsed');
  expect(failure('$$KEEP', new Set(['KEEP']))).toBe('parsed');
  expect(failure({ $reduce: { input: [], initialValue: '$$value', in: 1 } })).toMatch(/^INVALID_REQUEST/);
  expect(failure({ $let: { vars: { a: 1, b: '$$a' }, in: 1 } })).toMatch(/^INVALID_REQUEST/);
});

test('variables are bounded', () => {
  const vars = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`v${i}`, i]));
  expect(failure({ $let: { vars, in: 1 } })).toBe('INVALID_REQUEST p.$let.in');
});

test('nesting is bounded', () => {
  let deep: Json = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(failure(deep)).toMatch(/^INVALID_REQUEST/);
});

test('a field named __proto__ is an ordinary field', () => {
  const source = JSON.parse('{"__proto__": {"$abs": 1}}') as Json;
  expect(parseExpression(source, options)).toMatchObject({ kind: 'object', fields: [['__proto__', {}]] });
});

test('Extended JSON is a literal where the database has such values', () => {
  const id = '507f1f77bcf86cd799439011';
  const source = { $eq: ['$_id', { $oid: id }] };
  expect(parseExpression(source, { ...options, extendedJson: true })).toMatchObject({
    args: [{}, { kind: 'literal', value: new ObjectIdValue(id) }],
  });
  expect(failure(source)).toBe('INVALID_REQUEST p.$eq[1].$oid');
});
