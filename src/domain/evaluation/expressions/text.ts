import { OpaqueValue } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import { formatShortNumber } from './format-number.ts';
import { isNumeric } from './numbers.ts';
import { type CompiledCall, isNullish, typeError } from './operator-compiler.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of valid UTF-8 bytes. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** How many bytes a text has in UTF-8. */
export function utf8Length(text: string): number {
  return isAscii(text) ? text.length : encoder.encode(text).length;
}

/** How many code points a text has. */
export function codePointLength(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) {
      pairs++;
      i++;
    }
  }
  return text.length - pairs;
}

/** ASCII letters only, as MongoDB changes case. */
export function lowerAscii(text: string): string {
  return isAscii(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export function upperAscii(text: string): string {
  return isAscii(text) ? text.toUpperCase() : text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/** The text that `$substr`, `$toLower` and the like see: numbers and dates as strings, null as the empty one. */
export function coerceText(value: Value | undefined, call: CompiledCall): string {
  if (typeof value === 'string') return value;
  if (isNullish(value)) return '';
  if (isNumeric(value)) return formatShortNumber(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof OpaqueValue && value.type === 'symbol')
    return value.extendedJson.slice('{"$symbol":"'.length, -2);
  throw typeError(call, 'strings', value);
}
