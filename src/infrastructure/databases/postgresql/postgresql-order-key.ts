import { OpaqueValue, TypedNumber } from '../../../domain/value/bson.ts';
import type { Value, ValueObject } from '../../../domain/value/value.ts';
import { isArray, isObject } from '../../../domain/value/value-type.ts';

/**
 * A value as text whose UTF-8 bytes sort as MongoDB sorts values: a digit for the type, then the value. The same as the
 * function `document_service.key` makes of stored JSON. An empty array is sorted as BSON's undefined, the empty text.
 */
export const keyRank = { null: '1', number: '2', string: '3', object: '4', array: '5', bool: '6' } as const;

/** Undefined where no stored JSON value has this key: dates, NaN, decimals, text that PostgreSQL cannot hold. */
export function orderKey(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return isStorableText(value) ? keyRank.string + value : undefined;
  if (value === undefined || value === null) return keyRank.null;
  if (typeof value === 'number') return numberKey(value);
  if (typeof value === 'boolean') return keyRank.bool + (value ? '1' : '0');
  if (value instanceof OpaqueValue) return value.type === 'undefined' ? '' : undefined;
  if (value instanceof TypedNumber) {
    const exact = value.type !== 'decimal' && Number(value.text) === value.value;
    return exact ? numberKey(value.value) : undefined;
  }
  if (isArray(value)) return joined(keyRank.array, value.map(innerKey));
  return isObject(value) ? joined(keyRank.object, fieldKeys(value)) : undefined;
}

/** Whether a text has a form in the database: no NUL, no lone surrogate. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

const end = '\x01';

function joined(rank: string, keys: readonly (string | undefined)[]): string | undefined {
  return keys.includes(undefined) ? undefined : rank + keys.join('') + end;
}

function fieldKeys(object: ValueObject): readonly (string | undefined)[] {
  return Object.entries(object).map(([name, value]) => {
    const key = innerKey(value);
    return key === undefined || !isStorableText(name) ? undefined : key.charAt(0) + innerText(name) + key;
  });
}

/** Inside another value a text needs an end that sorts before everything that could follow. */
function innerKey(value: Value): string | undefined {
  if (typeof value !== 'string') return orderKey(value);
  return isStorableText(value) ? keyRank.string + innerText(value) : undefined;
}

function innerText(text: string): string {
  return text.replaceAll('\x01', '\x01\x02') + end + end;
}

const view = new DataView(new ArrayBuffer(8));
const allBits = 0xffff_ffff_ffff_ffffn;

/** IEEE 754 bits, turned so that their hexadecimal digits sort as the numbers do. */
function numberKey(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  view.setFloat64(0, value === 0 ? 0 : value);
  const bits = view.getBigUint64(0);
  const turned = value < 0 ? bits ^ allBits : bits | (1n << 63n);
  return keyRank.number + turned.toString(16).padStart(16, '0');
}
