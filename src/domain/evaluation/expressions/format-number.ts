import { type Numeric, numberOf, numberTypeOf } from './numbers.ts';

/** A number as `$toString` writes it: `1`, `1.5`, `1e+21`, `NaN`, `Infinity`. */
export function formatNumber(value: Numeric): string {
  const type = numberTypeOf(value);
  if (typeof value !== 'number' && (type === 'long' || type === 'decimal')) return value.text;
  const number = numberOf(value);
  if (type !== 'double') return String(number);
  if (Object.is(number, -0)) return '-0';
  return formatDouble(number);
}

/** The shortest digits that read back as the same double, in C++'s `%g` layout. */
function formatDouble(value: number): string {
  const text = String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
