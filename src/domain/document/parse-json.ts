import { invalidRequest } from '../errors.ts';
import type { Json } from '../value/value.ts';

/**
 * Reads JSON text without losing anything silently: an integer literal whose digits a double cannot hold
 * (9007199254740993) is refused instead of becoming its neighbour. Integers that a double does hold (1e20 written out),
 * or that JavaScript writes just so, are read. Rejects with INVALID_REQUEST.
 * @param path what the text is, for the error: `body`, `filter`.
 */
export function parseJson(text: string, path: string): Json {
  try {
    // Only a literal of 16 digits can lose any; without one the plain parser is several times faster.
    return longDigits.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
  } catch (error) {
    if (error instanceof LossyInteger)
      throw invalidRequest(`the integer ${error.literal} cannot be kept exactly`, path);
    throw invalidRequest('not valid JSON', path);
  }
}

const longDigits = /\d{16}/;
const integerLiteral = /^-?\d{16,}$/;

class LossyInteger extends Error {
  readonly literal: string;
  constructor(literal: string) {
    super();
    this.literal = literal.length > 40 ? `${literal.slice(0, 40)}…` : literal;
  }
}

// https://tc39.es/proposal-json-parse-with-source/
function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined || !integerLiteral.test(source)) return value;
  if (Number.isSafeInteger(value) || source === String(value)) return value;
  // No double has more than 309 digits before the point; the comparison stays cheap.
  if (source.length > 310 || BigInt(source) !== BigInt(value)) throw new LossyInteger(source);
  return value;
}
