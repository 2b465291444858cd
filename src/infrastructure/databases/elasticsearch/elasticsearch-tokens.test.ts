import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareValues } from '../../../domain/evaluation/compare-values.ts';
import type { Json } from '../../../domain/value/value.ts';
import { orderKey } from './elasticsearch-order-key.ts';
import { documentTokens, isWhole, textPrefix, token, tokenPath } from './elasticsearch-tokens.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const order = (a: string, b: string) => Math.sign(Buffer.compare(bytes(a), bytes(b)));

const text = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed());
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    text,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(text, tie('json'), { maxKeys: 3 }),
  ),
}));

describe('order keys', () => {
  it('compare by bytes as MongoDB compares the values', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(order(orderKey(a) ?? '', orderKey(b) ?? '')).toBe(Math.sign(compareValues(a, b)));
      }),
      { numRuns: 5000 },
    );
  });

  it('stay below what Lucene takes', () => {
    expect(bytes(orderKey('é𝄞\uffff'.repeat(20_000)) ?? '').length).toBeLessThan(32_766);
  });
});

describe('tokens', () => {
  it('of numbers and of short strings are in their order', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(order(token.number('p', a), token.number('p', b))).toBe(Math.sign(compareValues(a, b)));
      }),
    );
    fc.assert(
      fc.property(text.filter(isWhole), text.filter(isWhole), (a, b) => {
        expect(order(token.text('p', a), token.text('p', b))).toBe(Math.sign(compareValues(a, b)));
      }),
    );
  });

  it('of long strings are short, differ, and are in the order of short ones', () => {
    const [a, b] = [`${'é'.repeat(500)}a`, `${'é'.repeat(500)}b`];
    expect(bytes(token.text('p', a)).length).toBeLessThan(400);
    expect(token.text('p', a)).not.toBe(token.text('p', b));
    expect(textPrefix(a).length).toBe(128);
    for (const short of ['é', 'éé', 'z', 'é'.repeat(128), 'ê'])
      expect(order(token.text('p', a), token.text('p', short))).toBe(Math.sign(compareValues(a, short)));
  });

  it('have the paths that a filter reaches without array indexes', () => {
    const tokens = documentTokens({ a: [{ b: 1 }, { b: [true] }, [{ b: 'never' }]], 'x.y': 1, '0': 1 });
    expect(tokens).toContain(token.number(tokenPath(['a', 'b']) ?? '', 1));
    expect(tokens).toContain(token.bool(tokenPath(['a', 'b']) ?? '', true));
    expect(tokens).toContain(token.size('a', 3));
    expect(tokens.some((one) => one.includes('never') || one.startsWith('x') || one.startsWith('0'))).toBe(
      false,
    );
    expect(tokenPath(['a', '0'])).toBeUndefined();
  });

  it('keep apart paths that would read alike', () => {
    expect(tokenPath(['a\u001fb'])).not.toBe(tokenPath(['a', 'b']));
    expect((tokenPath(Array.from({ length: 100 }, () => 'x'.repeat(200))) ?? '').length).toBeLessThan(520);
  });
});
