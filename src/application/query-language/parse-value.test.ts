import { expect, test } from 'vitest';
import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from '../../domain/value/bson.ts';
import type { Json, Value } from '../../domain/value/value.ts';
import { parseValue } from './parse-value.ts';

const extended = { path: 'v', shortNames: false, extendedJson: true };
const plain = { ...extended, extendedJson: false };

test.each<[Json, Value]>([
  [{ $oid: 'ABCDEF0123456789abcdef01' }, new ObjectIdValue('abcdef0123456789abcdef01')],
  [{ $date: '2024-02-29T12:00:00.5+01:00' }, new Date('2024-02-29T11:00:00.500Z')],
  [{ $date: { $numberLong: '-1' } }, new Date(-1)],
  [{ $numberInt: '-7' }, -7],
  [{ $numberLong: '9007199254740993' }, new TypedNumber('long', 9007199254740992, '9007199254740993')],
  [{ $numberDouble: '1.5' }, 1.5],
  [{ $numberDouble: '2' }, new TypedNumber('double', 2)],
  [{ $numberDouble: '-Infinity' }, Number.NEGATIVE_INFINITY],
  [{ $numberDecimal: '0.10' }, new TypedNumber('decimal', 0.1, '0.10')],
  [{ $regularExpression: { pattern: 'a', options: 'i' } }, new RegexValue('a', 'i')],
  [
    { $uuid: '00010203-0405-0607-0809-0a0b0c0d0e0f' },
    new OpaqueValue('binData', '{"$binary":{"base64":"AAECAwQFBgcICQoLDA0ODw==","subType":"04"}}'),
  ],
  [{ $timestamp: { i: 2, t: 1 } }, new OpaqueValue('timestamp', '{"$timestamp":{"t":1,"i":2}}')],
  [{ $minKey: 1 }, new OpaqueValue('minKey', '{"$minKey":1}')],
  [{ a: [{ $numberInt: '1' }] }, { a: [1] }],
])('reads %j', (source, value) => {
  expect(parseValue(source, extended)).toEqual(value);
});

test.each<[Json]>([
  [{ $oid: 'short' }],
  [{ $oid: 'abcdef0123456789abcdef01', more: 1 }],
  [{ $date: 'tomorrow' }],
  [{ $date: '2024-13-01T00:00:00Z' }],
  [{ $numberInt: '2147483648' }],
  [{ $numberLong: '9223372036854775808' }],
  [{ $numberLong: 5 }],
  [{ $numberDecimal: '12345678901234567890123456789012345' }],
  [{ $numberDecimal: '.' }],
  [{ $binary: { base64: '*', subType: '00' } }],
  [{ $timestamp: { t: -1, i: 0 } }],
  [{ $maxKey: 2 }],
])('refuses %j', (source) => {
  expect(() => parseValue({ a: [source] }, extended)).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST', details: { path: 'v.a[0]' } }),
  );
});

test('where the database is plain JSON, Extended JSON is a mistake and the rest is passed on as it is', () => {
  expect(() => parseValue({ a: { $date: '2024-01-01T00:00:00Z' } }, plain)).toThrow(/Extended JSON/);
  const source = { a: [1, { b: null }] };
  expect(parseValue(source, plain)).toBe(source);
});

test('a key __proto__ stays an own key also in a copy', () => {
  const source = JSON.parse('{"__proto__": {"x": {"$numberInt": "1"}}}') as Json;
  const value = parseValue(source, extended);
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});
