import { TypedNumber } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import {
  bigIntOf,
  Decimal34,
  decimalOf,
  fitsLong,
  isNumeric,
  makeDecimal,
  makeDouble,
  makeLong,
  maxInt,
  minInt,
  type Numeric,
  numberOf,
  numberTypeOf,
} from './numbers.ts';

/** Conversions to numbers; undefined: the value cannot be converted. */
export function toInt(value: Value): Value | undefined {
  const exact = value instanceof Date ? undefined : toInteger(value);
  if (exact === undefined || exact < BigInt(minInt) || exact > BigInt(maxInt)) return undefined;
  return Number(exact);
}

export function toLong(value: Value): Value | undefined {
  const exact = value instanceof Date ? BigInt(value.getTime()) : toInteger(value);
  return exact === undefined || !fitsLong(exact) ? undefined : makeLong(exact);
}

function toInteger(value: Value): bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'string')
    return /^[+-]?\d{1,20}$/.test(value) ? BigInt(value.replace('+', '')) : undefined;
  return isNumeric(value) ? truncate(value) : undefined;
}

/** Without its fraction; undefined of NaN and infinities. */
function truncate(value: Numeric): bigint | undefined {
  const type = numberTypeOf(value);
  if (type === 'int' || type === 'long') return bigIntOf(value);
  if (!Number.isFinite(numberOf(value)) || Math.abs(numberOf(value)) > 2 ** 64) return undefined;
  return type === 'decimal'
    ? BigInt(decimalOf(value).trunc().toFixed(0))
    : BigInt(Math.trunc(numberOf(value)));
}

export function toDouble(value: Value): Value | undefined {
  if (typeof value === 'boolean') return makeDouble(value ? 1 : 0);
  if (value instanceof Date) return makeDouble(value.getTime());
  if (typeof value === 'string') return doubleOfText(value);
  if (!isNumeric(value)) return undefined;
  const finiteDecimal = value instanceof TypedNumber && /\d/.test(value.text);
  if (finiteDecimal && !Number.isFinite(numberOf(value))) return undefined;
  return makeDouble(numberOf(value));
}

const decimalForm = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const infinityForm = /^([+-]?)inf(?:inity)?$/i;
const nanForm = /^[+-]?nan$/i;

function doubleOfText(text: string): Value | undefined {
  const special = specialOfText(text);
  if (special !== undefined) return special;
  const hex = hexOfText(text);
  if (hex !== undefined) return makeDouble(hex);
  if (!decimalForm.test(text)) return undefined;
  const value = Number(text);
  const underflows = value === 0 && /[1-9]/.test(text.replace(/e.*$/i, ''));
  return Number.isFinite(value) && !underflows ? makeDouble(value) : undefined;
}

function specialOfText(text: string): number | undefined {
  if (nanForm.test(text)) return Number.NaN;
  const infinity = infinityForm.exec(text);
  if (infinity === null) return undefined;
  return infinity[1] === '-' ? -Infinity : Infinity;
}

/** C's hexadecimal floats, as MongoDB reads them: with a sign, or with a capital X. */
function hexOfText(text: string): number | undefined {
  if (text.startsWith('0x')) return undefined;
  const match = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?\d{1,5}))?$/i.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole + fraction === '') return undefined;
  const magnitude = Number.parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -magnitude : magnitude;
}

export function toDecimal(value: Value): Value | undefined {
  if (typeof value === 'boolean') return makeDecimal(new Decimal34(value ? 1 : 0));
  if (value instanceof Date) return makeDecimal(new Decimal34(value.getTime()));
  if (typeof value === 'string') return decimalOfText(value);
  if (!isNumeric(value)) return undefined;
  if (numberTypeOf(value) === 'decimal') return value;
  /** MongoDB keeps the fifteen digits that a double is sure of. */
  return numberTypeOf(value) === 'double'
    ? makeDecimal(new Decimal34(numberOf(value)).toSignificantDigits(15))
    : makeDecimal(decimalOf(value));
}

function decimalOfText(text: string): Value | undefined {
  const special = specialOfText(text);
  if (special !== undefined) return makeDecimal(new Decimal34(special));
  if (!decimalForm.test(text) || text.length > 6200) return undefined;
  const value = new Decimal34(text).toSignificantDigits(34);
  return value.isFinite() ? makeDecimal(value) : undefined;
}
