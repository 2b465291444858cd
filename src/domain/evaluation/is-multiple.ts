import type { TypedNumber } from '../value/bson.ts';

/** Whether a number is a whole multiple of another, in decimal: 0.3 is one of 0.1. NaN and infinities are none. */
export function isMultiple(value: number | TypedNumber, of: number | TypedNumber): boolean {
  const a = decimal(value);
  const b = decimal(of);
  if (a === undefined || b === undefined || b.digits === 0n) return false;
  const exponent = Math.min(a.exponent, b.exponent);
  return (
    (a.digits * 10n ** BigInt(a.exponent - exponent)) % (b.digits * 10n ** BigInt(b.exponent - exponent)) ===
    0n
  );
}

function decimal(
  value: number | TypedNumber,
): { readonly digits: bigint; readonly exponent: number } | undefined {
  const text = typeof value === 'number' ? String(value) : value.text;
  const match = /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  return { digits: BigInt(`${sign}${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
}
