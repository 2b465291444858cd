import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ServiceError } from '../errors.ts';
import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from './bson.ts';
import { toJson } from './to-json.ts';
import { toStoredJson } from './to-stored-json.ts';
import type { Json, Value } from './value.ts';

const id = '507f1f77bcf86cd799439011';
const date = new Date('2024-01-02T03:04:05.006Z');

test.each<[Value, Json]>([
  [date, { $date: '2024-01-02T03:04:05.006Z' }],
  [new Date(-1), { $date: { $numberLong: '-1' } }],
  [new ObjectIdValue(id), { $oid: id }],
  [new TypedNumber('double', 5), 5],
  [new TypedNumber('long', 2 ** 63, '9223372036854775807'), { $numberLong: '9223372036854775807' }],
  [new TypedNumber('decimal', 0.1, '0.1'), { $numberDecimal: '0.1' }],
  [Number.NaN, { $numberDouble: 'NaN' }],
  [-Infinity, { $numberDouble: '-Infinity' }],
  [new RegexValue('^a', 'i'), { $regularExpression: { pattern: '^a', options: 'i' } }],
  [new OpaqueValue('minKey', '{"$minKey":1}'), { $minKey: 1 }],
  [[{ a: [date] }], [{ a: [{ $date: '2024-01-02T03:04:05.006Z' }] }]],
])('%j is answered as %j', (value, expected) => {
  expect(toJson(value)).toEqual(expected);
});

test.each<[Value, Json]>([
  [
    { at: date, id: new ObjectIdValue(id) },
    { at: '2024-01-02T03:04:05.006Z', id },
  ],
  [new TypedNumber('double', 5), 5],
  [new TypedNumber('decimal', 1.5, '1.50'), 1.5],
])('%j is stored as %j', (value, expected) => {
  expect(toStoredJson(value, 'data')).toEqual(expected);
});

test.each<Value>([
  Number.NaN,
  [Infinity],
  new RegexValue('a', ''),
  new OpaqueValue('minKey', '{"$minKey":1}'),
  new TypedNumber('long', 2 ** 63, '9223372036854775807'),
  new TypedNumber('decimal', 0.1, '0.10000000000000000000000001'),
])('%j is not stored', (value) => {
  expect(() => toStoredJson(value, 'data.x')).toThrow(ServiceError);
});

test('JSON is itself, not a copy', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const value = JSON.parse(JSON.stringify(json)) as Json;
      expect(toJson(value)).toBe(value);
      expect(toStoredJson(value, 'data')).toBe(value);
    }),
  );
});
