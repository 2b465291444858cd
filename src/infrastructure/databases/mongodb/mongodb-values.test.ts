import fc from 'fast-check';
import { Binary, BSON, BSONRegExp, Decimal128, Long, MaxKey, ObjectId, Timestamp } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../domain/value/value.ts';
import { toBson, toRelaxedJson, toValue } from './mongodb-values.ts';

/** What a value becomes on its way through a server. */
const stored = (value: unknown): unknown =>
  BSON.deserialize(BSON.serialize({ value }), { bsonRegExp: true }).value;

describe('values', () => {
  it('keep any JSON exactly', () => {
    const keys = fc.string().filter((key) => !key.startsWith('$') && !key.includes('\0'));
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
        fc.string({ unit: 'grapheme' }),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(keys, tie('json'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(json, (value) => {
        expect(toRelaxedJson(stored(toBson(value as Json)))).toEqual({ ...{ value } }.value);
      }),
    );
  });

  it('keep every type of BSON through Extended JSON', () => {
    const types = [
      new ObjectId('65a1b2c3d4e5f60718293a4b'),
      new Date('2024-05-01T10:00:00.123Z'),
      new Date(-1),
      Decimal128.fromString('1.10'),
      Long.fromString('9007199254740993'),
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      new Binary(Buffer.from('hello'), 4),
      new Timestamp({ t: 1, i: 2 }),
      new BSONRegExp('^a', 'ix'),
      new MaxKey(),
    ];
    for (const value of types) {
      const read = stored(value);
      expect(stored(toBson(toRelaxedJson(read)))).toEqual(read);
      expect(stored(toBson(toValue(read)))).toEqual(read);
    }
  });

  it('make longs of integers beyond 32 bits, and copy nothing that needs no change', () => {
    expect(toBson(2 ** 40)).toEqual(Long.fromNumber(2 ** 40));
    expect(toBson(2 ** 31 - 1)).toBe(2 ** 31 - 1);
    const plain = { a: [1, { b: 'x' }] };
    expect(toBson(plain)).toBe(plain);
    expect(toRelaxedJson(plain)).toBe(plain);
  });

  it('keep a field named __proto__ as a field', () => {
    const source: Json = JSON.parse('{"__proto__": {"big": 5000000000}}');
    const bson = toBson(source) as object;
    expect(Object.hasOwn(bson, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(bson)).toBe(Object.prototype);
  });

  it('refuse malformed Extended JSON', () => {
    expect(() => toBson({ a: { $date: 'yesterday' } }, 'data')).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    );
  });
});
