import { Decimal } from 'decimal.js';
import type { Value } from '../../value/value.ts';
import {
  bigIntOf,
  Decimal34,
  decimalOf,
  fitsLong,
  isNumeric,
  makeDecimal,
  makeDouble,
  makeInteger,
  type Numeric,
  numberOf,
  numberTypeOf,
} from './numbers.ts';
import {
  type CompiledCall,
  eager,
  isNullish,
  type OperatorCompiler,
  operandError,
  typeError,
} from './operator-compiler.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/round/ (half to even) and trunc/ */
export const roundingOperators: Readonly<Record<'$round' | '$trunc', OperatorCompiler>> = {
  $round: toPlace(Decimal.ROUND_HALF_EVEN),
  $trunc: toPlace(Decimal.ROUND_DOWN),
};

function toPlace(mode: Decimal.Rounding): OperatorCompiler {
  return eager(([value, place], call) => {
    if (isNullish(value)) return null;
    if (call.args.length > 1 && isNullish(place)) return null;
    if (!isNumeric(value)) throw typeError(call, 'a number', value);
    return roundTo(value, call.args.length > 1 ? placeOf(place, call) : 0, mode, call);
  });
}

function placeOf(place: Value | undefined, call: CompiledCall): number {
  const number = isNumeric(place) ? numberOf(place) : Number.NaN;
  if (!Number.isInteger(number)) throw operandError(call, 'takes an integer as its place');
  if (number < -20 || number > 100) throw operandError(call, 'takes a place from -20 to 100');
  return number;
}

function roundTo(value: Numeric, place: number, mode: Decimal.Rounding, call: CompiledCall): Numeric {
  const type = numberTypeOf(value);
  if (type === 'decimal') return makeDecimal(roundDecimal(decimalOf(value), place, mode));
  const halfEven = mode === Decimal.ROUND_HALF_EVEN;
  if (type === 'double') {
    const number = numberOf(value);
    return makeDouble(Number.isFinite(number) ? roundDouble(number, place, halfEven) : number);
  }
  if (place >= 0) return value;
  const unit = 10n ** BigInt(-place);
  const rounded = divideRounding(bigIntOf(value), unit, halfEven) * unit;
  if (!fitsLong(rounded)) throw operandError(call, 'leaves the range of 64-bit integers');
  return makeInteger(rounded, type);
}

function roundDecimal(value: Decimal, place: number, mode: Decimal.Rounding): Decimal {
  if (place >= 0) return value.toDecimalPlaces(place, mode);
  const unit = new Decimal34(10).pow(-place);
  return value.div(unit).toDecimalPlaces(0, mode).times(unit);
}

/** By the double's exact value, as MongoDB does: 0.29 is 0.28999…, so that it truncates to 0.28. */
function roundDouble(value: number, place: number, halfEven: boolean): number {
  let mantissa = Math.abs(value);
  let halvings = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    halvings++;
  }
  const above = 10n ** BigInt(Math.max(place, 0));
  const below = 10n ** BigInt(Math.max(-place, 0));
  const digits = divideRounding(BigInt(mantissa) * above, (1n << BigInt(halvings)) * below, halfEven);
  const rounded = Number(`${digits}e${-place}`);
  return value < 0 ? -rounded : rounded;
}

/** Towards zero, or to the nearest and of two the even one. @param divisor > 0 */
function divideRounding(value: bigint, divisor: bigint, halfEven: boolean): bigint {
  const quotient = value / divisor;
  if (!halfEven) return quotient;
  const rest = (value % divisor) * 2n;
  const distance = rest < 0n ? -rest : rest;
  const away = distance > divisor || (distance === divisor && quotient % 2n !== 0n);
  return away ? quotient + (value < 0n ? -1n : 1n) : quotient;
}
