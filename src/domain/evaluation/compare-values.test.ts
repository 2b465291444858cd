import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ObjectIdValue, OpaqueValue, RegexValue, TypedNumber } from '../value/bson.ts';
import type { Value } from '../value/value.ts';
import { compareValues, equalValues } from './compare-values.ts';

const minKey = new OpaqueValue('minKey', '{"$minKey":1}');
const maxKey = new OpaqueValue('maxKey', '{"$maxKey":1}');
const decimal = (text: string) => new TypedNumber('decimal', Number(text), text);
const long = (text: string) => new TypedNumber('long', Number(text), text);
const binary = (base64: string, subType = '00') =>
  new OpaqueValue('binData', JSON.stringify({ $binary: { base64, subType } }));
const timestamp = (t: number, i: number) =>
  new OpaqueValue('timestamp', JSON.stringify({ $timestamp: { t, i } }));

test('types stand in the order of BSON', () => {
  const ascending: readonly Value[] = [
    minKey,
    null,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    -1,
    0.5,
    1,
    long('9007199254740993'),
    Number.POSITIVE_INFINITY,
    '',
    'a',
    'b',
    {},
    { a: 1 },
    [],
    [1],
    binary('AA=='),
    new ObjectIdValue('0123456789abcdef01234567'),
    false,
    true,
    new Date(0),
    new Date(1),
    timestamp(1, 1),
    new RegexValue('a', ''),
    maxKey,
  ];
  for (const [i, a] of ascending.entries())
    for (const [j, b] of ascending.entries())
      expect(Math.sign(compareValues(a, b)), `${i} ${j}`).toBe(Math.sign(i - j));
});

test('numbers compare by value whatever their type', () => {
  expect(equalValues(1, new TypedNumber('double', 1))).toBe(true);
  expect(equalValues(0, -0)).toBe(true);
  expect(equalValues(Number.NaN, Number.NaN)).toBe(true);
  expect(equalValues(decimal('0.10'), decimal('0.1'))).toBe(true);
  expect(compareValues(decimal('0.1'), 0.1), '0.1 as a double is a little more').toBeLessThan(0);
  expect(equalValues(decimal('0.5'), 0.5)).toBe(true);
  expect(compareValues(long('9007199254740993'), long('9007199254740992'))).toBeGreaterThan(0);
  expect(compareValues(long('9007199254740993'), 9007199254740992)).toBeGreaterThan(0);
  expect(compareValues(decimal('1E+400'), decimal('1E+401'))).toBeLessThan(0);
  expect(compareValues(decimal('1E+400'), Number.POSITIVE_INFINITY)).toBeLessThan(0);
});

test('strings compare by code point, not by UTF-16 unit', () => {
  expect(compareValues('\uffff', '\u{10000}')).toBeLessThan(0);
  expect('\uffff' < '\u{10000}', 'what JavaScript says').toBe(false);
  expect(compareValues('a', 'ab')).toBeLessThan(0);
  expect(compareValues('Z', 'a')).toBeLessThan(0);
});

test('objects compare field by field in order: type, name, value', () => {
  expect(compareValues({ a: 1, b: 2 }, { b: 2, a: 1 })).toBeLessThan(0);
  expect(compareValues({ a: 1 }, { a: 1, b: 1 })).toBeLessThan(0);
  expect(compareValues({ b: 1 }, { a: 'x' }), 'the type of the value comes before the name').toBeLessThan(0);
  expect(equalValues({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
});

test('binary data compares by length, subtype, bytes; timestamps by time', () => {
  expect(compareValues(binary('/w=='), binary('AAA='))).toBeLessThan(0);
  expect(compareValues(binary('AA==', '80'), binary('AA==', '00'))).toBeGreaterThan(0);
  expect(compareValues(timestamp(9, 1), timestamp(10, 0))).toBeLessThan(0);
});

test('missing equals null', () => {
  expect(compareValues(undefined, null)).toBe(0);
  expect(compareValues(undefined, minKey)).toBeGreaterThan(0);
});

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Value>(null, true, false, minKey, maxKey, -0, Number.NaN, long('9007199254740993')),
    fc.integer({ min: -3, max: 3 }),
    fc.double(),
    fc.string({ maxLength: 3, unit: 'binary' }),
    fc.constantFrom<Value>('\uffff', '\u{10000}', decimal('0.1'), 0.1, decimal('1E+400')),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

test('law: the order is total and antisymmetric', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(compareValues(a, a)).toBe(0);
      expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0);
    }),
    { numRuns: 1000 },
  );
});

test('law: the order is transitive', () => {
  fc.assert(
    fc.property(value, value, value, (...values) => {
      const [a, b, c] = values.sort(compareValues);
      expect(compareValues(a, b)).toBeLessThanOrEqual(0);
      expect(compareValues(b, c)).toBeLessThanOrEqual(0);
      expect(compareValues(a, c)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 1000 },
  );
});

test('law: strings stand as their UTF-8 bytes do', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareValues(a, b))).toBe(bytes);
    }),
  );
});
