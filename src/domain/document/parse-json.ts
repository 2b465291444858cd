import { invalidRequest } from '../errors.ts';
import type { Json } from '../value/value.ts';

/**
 * Reads JSON text without losing anything silently: an integer literal whose digits a double cannot hold
 * (9007199254740993) is refused instead of becoming its neighbour. Integers that a double does hold (1e20 written out),
 * or that JavaScript writes just so, are read. So is refused what a double is too coarse for (1e-400 would be 0); `-0` is
 * the number 0, which most databases have only one of. Rejects with INVALID_REQUEST.
 * @param path what the text is, for the error: `body`, `filter`.
 */
export function parseJson(text: string, path: string): Json {
  try {
    // Only such literals can lose any; without one the plain parser is several times faster.
    return longOrTiny.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
  } catch (error) {
    if (error instanceof LossyNumber)
      throw invalidRequest(`the number ${error.literal} cannot be kept exactly`, path);
    throw invalidRequest('not valid JSON', path);
  }
}

/** Digits that a double may not hold, and exponents of numbers (not of ids in strings) that it may not reach. */
const longOrTiny = /\d{16}|(?<=[[:,\s]-?\d[\d.]*)[eE]-\d{3}/;
const nonzero = /^-?[0.]*[1-9]/;
const integerLiteral = /^-?\d{16,}$/;

class LossyNumber extends Error {
  readonly literal: string;
  constructor(literal: string) {
    super();
    this.literal = literal.length > 40 ? `${literal.slice(0, 40)}…` : literal;
  }
}

// https://tc39.es/proposal-json-parse-with-source/
function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined) return value;
  if (value === 0 && nonzero.test(source)) throw new LossyNumber(source);
  if (!integerLiteral.test(source)) return value;
  if (Number.isSafeInteger(value) || source === String(value)) return value;
  // No double has more than 309 digits before the point; the comparison stays cheap.
  if (source.length > 310 || BigInt(source) !== BigInt(value)) throw new LossyNumber(source);
  return value;
}
