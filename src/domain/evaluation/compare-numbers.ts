import type { TypedNumber } from '../value/bson.ts';

/** By value, whatever the types; NaN is the least and equals itself, -0 equals 0. */
export function compareNumbers(a: number | TypedNumber, b: number | TypedNumber): number {
  const x = typeof a === 'number' ? a : a.value;
  const y = typeof b === 'number' ? b : b.value;
  if (x < y) return -1;
  if (x > y) return 1;
  if (x !== y) return (Number.isNaN(x) ? 0 : 1) - (Number.isNaN(y) ? 0 : 1);
  return needsExact(a, x) || needsExact(b, x) ? compareExactly(exact(a), exact(b)) : 0;
}

/** Whether `value` may be only the nearest double of what `text` says; a decimal may even be beyond all doubles. */
function needsExact(number: number | TypedNumber, value: number): boolean {
  if (typeof number === 'number' || !hasDigits.test(number.text)) return false;
  return number.type === 'decimal' || (number.type === 'long' && !Number.isSafeInteger(value));
}
const hasDigits = /\d/;

/** `digits` × 10^`exponent`. */
interface Exact {
  readonly digits: bigint;
  readonly exponent: number;
}

function exact(number: number | TypedNumber): Exact {
  if (typeof number === 'number') return exactDouble(number);
  return needsExact(number, number.value) ? exactText(number.text) : exactDouble(number.value);
}

function exactText(text: string): Exact {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text.trim());
  if (match === null) return { digits: 0n, exponent: 0 };
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(`${whole}${fraction}` || '0');
  return { digits: sign === '-' ? -digits : digits, exponent: Number(exponent) - fraction.length };
}

/** Decimal128 ends at 10^6145. */
const beyondDecimals = 7000;

/** A double is an integer × 2^n; for a negative n that is integer × 5^-n × 10^n. */
function exactDouble(value: number): Exact {
  if (!Number.isFinite(value)) return { digits: value > 0 ? 1n : -1n, exponent: beyondDecimals };
  let mantissa = value;
  let halvings = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    halvings++;
  }
  return { digits: BigInt(mantissa) * 5n ** BigInt(halvings), exponent: -halvings };
}

function compareExactly(a: Exact, b: Exact): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const x = a.digits * 10n ** BigInt(a.exponent - exponent);
  const y = b.digits * 10n ** BigInt(b.exponent - exponent);
  return x < y ? -1 : x > y ? 1 : 0;
}
