import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { compileFilter } from '../../../domain/evaluation/compile-filter.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import { matchPath } from '../../../domain/evaluation/match-path.ts';
import { valuesAt } from '../../../domain/evaluation/values-at.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { Value, ValueObject } from '../../../domain/value/value.ts';

/** Longer strings are cut: the key then stands for more values, and the documents are looked at anyway. */
const maxKeyBytes = 256;
const ranks = { number: 0x10, string: 0x20, boolean: 0x30 } as const;

/**
 * A scalar as bytes whose order is the order of values within their type; undefined for anything else, which lookups do
 * not hold.
 */
export function lookupKey(value: Value | undefined): Buffer | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : numberKey(value);
  if (typeof value === 'boolean') return Buffer.from([ranks.boolean, value ? 1 : 0]);
  if (typeof value !== 'string') return undefined;
  const text = textBytes(value.length > maxKeyBytes ? value.slice(0, maxKeyBytes + 1) : value);
  return Buffer.concat([Buffer.from([ranks.string]), text.subarray(0, maxKeyBytes)]);
}

/**
 * UTF-8, whose order is that of code points. A text ends at a surrogate without its other half, which sorts before the
 * characters that start with it and behind those that start with a lesser one.
 */
function textBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) {
      parts.push(code < 0xdc00 ? firstWith(code) : Buffer.from([0xf5]));
      break;
    }
    parts.push(Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** What the least character of a high surrogate starts with. */
function firstWith(high: number): Buffer {
  const character = String.fromCodePoint(0x10000 + (high - 0xd800) * 0x400);
  return Buffer.from(character, 'utf8').subarray(0, 3);
}

/** The keys between which all values of a scalar's type lie. */
export function typeBounds(key: Buffer): { readonly from: Buffer; readonly to: Buffer } {
  const rank = key[0] ?? 0;
  return { from: Buffer.from([rank]), to: Buffer.from([rank + 1]) };
}

/** IEEE 754 with its bits turned so that they sort: negative numbers whole, positive ones only the sign. */
function numberKey(value: number): Buffer {
  const key = Buffer.alloc(9);
  key[0] = ranks.number;
  key.writeDoubleBE(value === 0 ? 0 : value, 1);
  const negative = ((key[1] ?? 0) & 0x80) !== 0;
  for (let at = 1; at < 9; at++) key[at] = negative ? ~(key[at] ?? 0) & 0xff : (key[at] ?? 0);
  if (!negative) key[1] = (key[1] ?? 0) | 0x80;
  return key;
}

/** The keys under which a document is found: of every scalar that a comparison of the field would look at. */
export function lookupKeys(path: Path, view: ValueObject): readonly Buffer[] {
  const keys = new Map<string, Buffer>();
  matchPath(path, 'expand', (value) => {
    const key = lookupKey(value);
    if (key !== undefined) keys.set(key.toString('latin1'), key);
    return false;
  })(view);
  return [...keys.values()];
}

/** Whether an index covers a document: its partial filter holds, and a sparse one needs one of its fields. */
export function indexCoverage(definition: IndexDefinition): (view: ValueObject) => boolean {
  const { partialFilter, sparse, keys } = definition;
  const unbounded = new EvaluationBudget(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const matches =
    partialFilter && compileFilter(partialFilter.filter, { now: new Date(0), budget: unbounded });
  return (view) => {
    if (matches !== undefined && !matches(view)) return false;
    return !sparse || keys.some(({ path }) => valuesAt(view, path).length > 0);
  };
}
