import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareValues } from '../../../domain/evaluation/compare-values.ts';
import { lookupKey, lookupKeys, typeBounds } from './lookup-keys.ts';

function keyOf(value: string | number | boolean): Buffer {
  const key = lookupKey(value);
  if (key === undefined) throw new TypeError('a scalar has a key');
  return key;
}

describe('lookupKey', () => {
  const number = fc.double({ noNaN: true });
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\ud800', '\ue000', '\uffff', '😀', 'x'.repeat(300), `${'x'.repeat(255)}😀`),
  );

  it('never puts a smaller value of a type behind a greater one', () => {
    for (const scalar of [number, text, fc.boolean()])
      fc.assert(
        fc.property(scalar, scalar, (a, b) => {
          const order = compareValues(a, b);
          const keys = Buffer.compare(keyOf(a), keyOf(b));
          // Long texts share a key: only the strict order the other way round would lose a document.
          if (order === 0) expect(keys).toBe(0);
          else expect(keys === 0 || Math.sign(keys) === Math.sign(order)).toBe(true);
        }),
      );
  });

  it('keeps short values apart and within the bounds of their type', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        const { from, to } = typeBounds(keyOf(a));
        expect(Buffer.compare(from, keyOf(b))).toBeLessThanOrEqual(0);
        expect(Buffer.compare(keyOf(b), to)).toBeLessThan(0);
        expect(keyOf(a).equals(keyOf(b))).toBe(a === b);
      }),
    );
    expect(typeBounds(keyOf('')).from.equals(typeBounds(keyOf(1)).from)).toBe(false);
  });

  it('has no key for what only the service compares', () => {
    for (const value of [null, undefined, {}, [], Number.NaN]) expect(lookupKey(value)).toBeUndefined();
  });
});

describe('lookupKeys', () => {
  it('are those of the elements of arrays and of documents in arrays, each once', () => {
    const view = { a: [{ b: 1 }, { b: [1, 'x'] }, { c: 3 }], n: null };
    expect(lookupKeys(['a', 'b'], view).map((key) => key.toString('hex'))).toEqual(
      [1, 'x'].map((value) => keyOf(value).toString('hex')),
    );
    expect(lookupKeys(['n'], view)).toEqual([]);
    expect(lookupKeys(['missing'], view)).toEqual([]);
  });
});
