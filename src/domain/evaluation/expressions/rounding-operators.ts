import { Decimal } from 'decimal.js';
import type { Value } from '../../value/value.ts';
import {
  bigIntOf,
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
  if (type === 'double') {
    const number = numberOf(value);
    if (!Number.isFinite(number)) return makeDouble(number);
    return makeDouble(roundDecimal(exactDecimal(number), place, mode).toNumber());
  }
  if (place >= 0) return value;
  const rounded = BigInt(roundDecimal(new WideDecimal(bigIntOf(value).toString()), place, mode).toFixed(0));
  if (!fitsLong(rounded)) throw operandError(call, 'leaves the range of 64-bit integers');
  return makeInteger(rounded, type);
}

/** Enough digits for every double with its fraction. */
const WideDecimal = Decimal.clone({ precision: 1100 });

/** All digits of a double, to Decimal128's 34: what rounding to a place looks at, 0.28999… and not 0.29. */
function exactDecimal(value: number): Decimal {
  let mantissa = value;
  let halvings = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    halvings++;
  }
  const exact = new WideDecimal(BigInt(mantissa).toString()).div(new WideDecimal(2).pow(halvings));
  return exact.toSignificantDigits(34, Decimal.ROUND_HALF_EVEN);
}

function roundDecimal(value: Decimal, place: number, mode: Decimal.Rounding): Decimal {
  if (place >= 0) return value.toDecimalPlaces(place, mode);
  const unit = new WideDecimal(10).pow(-place);
  return new WideDecimal(value).div(unit).toDecimalPlaces(0, mode).times(unit);
}
