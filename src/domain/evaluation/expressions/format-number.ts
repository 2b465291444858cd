import { type Numeric, numberOf, numberTypeOf } from './numbers.ts';

/** A number as `$toString` writes it: `1`, `1.5`, `1e+21`, `NaN`, `Infinity`; a double by its shortest digits. */
export function formatNumber(value: Numeric): string {
  return format(value, (double) => layOut(double.toExponential(), 16));
}

/** A number as `$concat`'s kin coerce it: a double to six digits, C's `%g`. */
export function formatShortNumber(value: Numeric): string {
  return format(value, (double) => layOut(double.toExponential(5), 6));
}

function format(value: Numeric, formatDouble: (value: number) => string): string {
  const type = numberTypeOf(value);
  if (typeof value !== 'number' && (type === 'long' || type === 'decimal')) return value.text;
  const number = numberOf(value);
  return type === 'double' && Number.isFinite(number) ? formatDouble(number) : String(number);
}

/** Without exponent from 10^-4 to below 10^`limit`, as C++ writes. */
function layOut(exponential: string, limit: number): string {
  const [, sign = '', first = '0', rest = '', exponentText = '0'] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(exponential) ?? [];
  const exponent = Number(exponentText);
  const digits = (first + rest).replace(/0+$/, '') || '0';
  if (exponent < -4 || exponent >= limit) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}
