import { validationError } from '../errors.ts';
import type { BsonValue } from './bson.ts';
import { convert } from './to-json.ts';
import type { Json, Value } from './value.ts';

/**
 * A value as a document of the portable model holds it, which is plain JSON: dates become RFC 3339 strings, object ids
 * their hex digits. VALIDATION_ERROR for what would lose its meaning: NaN, infinities, digits that a double cannot
 * hold, regular expressions, binary data. The same value, not a copy, when it is JSON already.
 *
 * @param path where the value is written, for the error
 */
export function toStoredJson(value: Value, path: string): Json {
  return convert(value, (leaf) => {
    const stored = storedLeaf(leaf);
    if (stored === undefined)
      throw validationError('the value has a type that documents of this database cannot hold', path);
    return stored;
  });
}

function storedLeaf(leaf: Date | BsonValue | number): Json | undefined {
  if (typeof leaf === 'number') return undefined;
  if (leaf instanceof Date) {
    const year = leaf.getUTCFullYear();
    return year >= 0 && year <= 9999 ? leaf.toISOString() : undefined;
  }
  if (leaf.kind === 'objectId') return leaf.hex;
  if (leaf.kind !== 'number' || !Number.isFinite(leaf.value)) return undefined;
  if (leaf.type === 'decimal') return isExactDecimal(leaf.text, leaf.value) ? leaf.value : undefined;
  return leaf.type !== 'long' || Number.isSafeInteger(leaf.value) ? leaf.value : undefined;
}

/** Whether the double is what the digits say, up to the seventeen that tell doubles apart. */
function isExactDecimal(text: string, value: number): boolean {
  return significantDigits(text) === significantDigits(String(value));
}

function significantDigits(text: string): string {
  return text
    .replace(/e.*$/i, '')
    .replace(/[-+.]/g, '')
    .replace(/^0+|0+$/g, '');
}
