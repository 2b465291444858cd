import type { Value } from '../../value/value.ts';
import { boundOf } from './array-operators.ts';
import { asInt, isNumeric, numberOf } from './numbers.ts';
import {
  type CompiledCall,
  eager,
  isNullish,
  type OperatorCompiler,
  operandError,
  typeError,
  type Values,
} from './operator-compiler.ts';
import { codePointLength, coerceText, fromUtf8, utf8, utf8Length } from './text.ts';

type SubstringOperator = '$indexOfBytes' | '$indexOfCP' | '$substr' | '$substrBytes' | '$substrCP';

/** By bytes of UTF-8 or by code points. */
export const substringOperators: Readonly<Record<SubstringOperator, OperatorCompiler>> = {
  $indexOfBytes: eager(indexOfBytes),
  $indexOfCP: eager(indexOfCodePoints),
  $substr: eager(substringByBytes),
  $substrBytes: eager(substringByBytes),
  $substrCP: eager(substringByCodePoints),
};

interface SearchRange {
  readonly text: string;
  readonly search: string;
  readonly start: number;
  readonly end: number;
}

/** The arguments of a search, positions as `lengthOf` counts; null of a null text. */
function searchRange(
  [text, search, from, to]: Values,
  call: CompiledCall,
  lengthOf: (text: string) => number,
): SearchRange | null {
  if (isNullish(text)) return null;
  if (typeof text !== 'string') throw typeError(call, 'a string', text);
  if (typeof search !== 'string') throw typeError(call, 'a string to search for', search);
  call.context.budget.spend(text.length >> 10);
  const length = lengthOf(text);
  const end = Math.min(boundOf(to, call, 3) ?? length, length);
  return { text, search, start: boundOf(from, call, 2) ?? 0, end };
}

/** The match must end before the end; an empty text is found even there. */
function indexOfBytes(args: Values, call: CompiledCall): Value {
  const range = searchRange(args, call, utf8Length);
  if (range === null) return null;
  const { text, search, start, end } = range;
  if (start > end) return -1;
  const unit = text.indexOf(search, unitOfByte(text, start));
  if (unit < 0) return -1;
  const found = utf8Length(text.slice(0, unit));
  return found + utf8Length(search) <= end ? found : -1;
}

/** The match must start before the end. */
function indexOfCodePoints(args: Values, call: CompiledCall): Value {
  const range = searchRange(args, call, codePointLength);
  if (range === null) return null;
  const { text, search, start, end } = range;
  if (text === '' && search === '' && start === 0) return 0;
  const unit = text.indexOf(search, unitOfCodePoint(text, start));
  if (unit < 0) return -1;
  const found = codePointLength(text.slice(0, unit));
  return found >= start && found < end ? found : -1;
}

/** The UTF-16 position of a byte position; inside a character, that of the next one. */
function unitOfByte(text: string, byte: number): number {
  let bytes = 0;
  let units = 0;
  while (units < text.length && bytes < byte) {
    const point = text.codePointAt(units) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    units += point < 0x10000 ? 1 : 2;
  }
  return units;
}

function unitOfCodePoint(text: string, index: number): number {
  let units = 0;
  for (let i = 0; i < index && units < text.length; i++)
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  return units;
}

function substringByBytes([value, from, count]: Values, call: CompiledCall): Value {
  const text = coerceText(value, call);
  if (!isNumeric(from)) throw typeError(call, 'a number as its start', from);
  if (!isNumeric(count)) throw typeError(call, 'a number as its length', count);
  const start = Math.trunc(numberOf(from));
  const length = Math.trunc(numberOf(count));
  if (start < 0) throw operandError(call, 'takes a start ≥ 0');
  const bytes = utf8(text);
  call.context.budget.spend(bytes.length >> 10);
  if (start > bytes.length) return '';
  const end = length < 0 ? bytes.length : Math.min(bytes.length, start + length);
  if (isContinuation(bytes[start]) || isContinuation(bytes[end]))
    throw operandError(call, 'takes bounds at the edges of UTF-8 characters');
  return fromUtf8(bytes.subarray(start, end));
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function substringByCodePoints([value, from, count]: Values, call: CompiledCall): Value {
  const text = coerceText(value, call);
  const start = pointBound(from, call, 'start');
  const length = pointBound(count, call, 'length');
  call.context.budget.spend(text.length >> 10);
  const first = unitOfCodePoint(text, start);
  const rest = text.slice(first);
  return rest.slice(0, unitOfCodePoint(rest, length));
}

function pointBound(value: Value | undefined, call: CompiledCall, name: string): number {
  const bound = asInt(value);
  if (bound === undefined || bound < 0) throw operandError(call, `takes an integer ≥ 0 as its ${name}`);
  return bound;
}
