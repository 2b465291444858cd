import { Decimal } from 'decimal.js';
import { TypedNumber } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import { typeOf } from '../../value/value-type.ts';

export type Numeric = number | TypedNumber;
export type NumberType = TypedNumber['type'];

/** Decimal128: 34 digits, half to even. https://github.com/mongodb/specifications/blob/master/source/bson-decimal128/decimal128.md */
export const Decimal34 = Decimal.clone({
  precision: 34,
  rounding: Decimal.ROUND_HALF_EVEN,
  toExpNeg: -7,
  toExpPos: 34,
  minE: -6176,
  maxE: 6144,
});

export const minInt = -2147483648;
export const maxInt = 2147483647;
const minLong = -(2n ** 63n);
const maxLong = 2n ** 63n - 1n;

export function isNumeric(value: Value | undefined): value is Numeric {
  return typeof value === 'number' || value instanceof TypedNumber;
}

export function numberOf(value: Numeric): number {
  return typeof value === 'number' ? value : value.value;
}

export function numberTypeOf(value: Numeric): NumberType {
  if (typeof value !== 'number') return value.type;
  const type = typeOf(value);
  return type === 'int' || type === 'long' ? type : 'double';
}

const width: Readonly<Record<NumberType, number>> = { int: 0, long: 1, double: 2, decimal: 3 };

/** The type that holds both: int < long < double < decimal. */
export function wider(a: NumberType, b: NumberType): NumberType {
  return width[a] < width[b] ? b : a;
}

export function decimalOf(value: Numeric): Decimal {
  if (typeof value === 'number') return new Decimal34(value);
  return new Decimal34(value.type === 'double' ? value.value : value.text);
}

/** By its digits: a decimal may be too small for a double. */
export function isZero(value: Numeric): boolean {
  return numberTypeOf(value) === 'decimal' ? decimalOf(value).isZero() : numberOf(value) === 0;
}

/** The exact integer of an int or long. */
export function bigIntOf(value: Numeric): bigint {
  return typeof value === 'number' ? BigInt(value) : BigInt(value.type === 'long' ? value.text : value.value);
}

/** A double, typed where its value would read as an integer. */
export function makeDouble(value: number): Numeric {
  return typeOf(value) === 'double' ? value : new TypedNumber('double', value);
}

export function fitsLong(value: bigint): boolean {
  return value >= minLong && value <= maxLong;
}

/** A long, typed where its value would read as an int or is beyond 2^53. */
export function makeLong(value: bigint): Numeric {
  const number = Number(value);
  const plain = Number.isSafeInteger(number) && (number < minInt || number > maxInt);
  return plain ? number : new TypedNumber('long', number, value.toString());
}

export function makeDecimal(value: Decimal): TypedNumber {
  return new TypedNumber('decimal', value.toNumber(), decimalText(value));
}

function decimalText(value: Decimal): string {
  return value.toString().replace('e', 'E');
}

/** Whether a value is a plain int: two of them can be added, subtracted and mostly multiplied as doubles. */
export function isPlainInt(value: Numeric): value is number {
  return typeof value === 'number' && (value | 0) === value && !Object.is(value, -0);
}

/** An integer as the narrowest of int, long and double, not narrower than `least`: MongoDB's rule for overflow. */
export function makeInteger(value: bigint, least: 'int' | 'long'): Numeric {
  if (least === 'int' && value >= BigInt(minInt) && value <= BigInt(maxInt)) return Number(value);
  return fitsLong(value) ? makeLong(value) : makeDouble(Number(value));
}

/** Whether a value is an integer within 32 bits, whatever its type: what counts, indexes and places must be. */
export function asInt(value: Value | undefined): number | undefined {
  if (!isNumeric(value)) return undefined;
  const number = numberOf(value);
  return Number.isInteger(number) && number >= minInt && number <= maxInt ? number + 0 : undefined;
}
