import type { Decimal } from 'decimal.js';
import { TypedNumber } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import {
  bigIntOf,
  Decimal34,
  decimalOf,
  fitsLong,
  isNumeric,
  isZero,
  makeDecimal,
  makeDouble,
  makeInteger,
  type Numeric,
  numberOf,
  numberTypeOf,
  wider,
} from './numbers.ts';
import {
  type CompiledCall,
  eager,
  isNullish,
  type OperatorCompiler,
  operandError,
  spendDigits,
  typeError,
  unary,
} from './operator-compiler.ts';

type MathOperator =
  | '$abs'
  | '$ceil'
  | '$exp'
  | '$floor'
  | '$ln'
  | '$log'
  | '$log10'
  | '$pow'
  | '$sigmoid'
  | '$sqrt';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#arithmetic-expression-operators */
export const mathOperators: Readonly<Record<MathOperator, OperatorCompiler>> = {
  $abs: ofNumber(abs),
  $ceil: keepingType(Math.ceil, (value) => value.ceil()),
  $exp: inDoubles(Math.exp, (value) => value.exp()),
  $floor: keepingType(Math.floor, (value) => value.floor()),
  $ln: ofNumber((value, call) => logarithm(positive(value, call), undefined)),
  $log: eager(([value, base], call) => {
    if (isNullish(value) || isNullish(base)) return null;
    if (!isNumeric(value)) throw typeError(call, 'a number', value);
    if (!isNumeric(base)) throw typeError(call, 'a number as its base', base);
    if (numberOf(base) === 1) throw operandError(call, 'takes a base other than 1');
    return logarithm(positive(value, call), positive(base, call));
  }),
  $log10: ofNumber((value, call) => logarithm(positive(value, call), 10)),
  $pow: eager(([base, exponent], call) => {
    if (isNullish(base) || isNullish(exponent)) return null;
    if (!isNumeric(base)) throw typeError(call, 'a number as its base', base);
    if (!isNumeric(exponent)) throw typeError(call, 'a number as its exponent', exponent);
    return power(base, exponent, call);
  }),
  $sigmoid: inDoubles(
    (value) => 1 / (1 + Math.exp(-value)),
    (value) => new Decimal34(1).div(value.negated().exp().plus(1)),
  ),
  $sqrt: ofNumber((value, call) => {
    if (numberOf(value) < 0) throw operandError(call, 'takes a number ≥ 0');
    if (numberTypeOf(value) === 'decimal') return makeDecimal(decimalOf(value).sqrt());
    return makeDouble(Math.sqrt(numberOf(value)));
  }),
};

/** An operator of one number; null of null. */
export function ofNumber(apply: (value: Numeric, call: CompiledCall) => Value): OperatorCompiler {
  return unary((value, call) => {
    if (isNullish(value)) return null;
    if (!isNumeric(value)) throw typeError(call, 'a number', value);
    if (value instanceof TypedNumber) spendDigits(call);
    return apply(value, call);
  });
}

function inDoubles(
  apply: (value: number) => number,
  applyDecimal: (value: Decimal) => Decimal,
): OperatorCompiler {
  return ofNumber((value) =>
    numberTypeOf(value) === 'decimal'
      ? makeDecimal(applyDecimal(decimalOf(value)))
      : makeDouble(apply(numberOf(value))),
  );
}

/** Integers stay as they are. */
function keepingType(
  apply: (value: number) => number,
  applyDecimal: (value: Decimal) => Decimal,
): OperatorCompiler {
  return ofNumber((value) => {
    const type = numberTypeOf(value);
    if (type === 'decimal') return makeDecimal(applyDecimal(decimalOf(value)));
    return type === 'double' ? makeDouble(apply(numberOf(value))) : value;
  });
}

function abs(value: Numeric, call: CompiledCall): Value {
  const type = numberTypeOf(value);
  if (type === 'decimal') return makeDecimal(decimalOf(value).abs());
  if (type === 'double') return makeDouble(Math.abs(numberOf(value)));
  const exact = bigIntOf(value);
  const absolute = exact < 0n ? -exact : exact;
  if (!fitsLong(absolute)) throw operandError(call, 'cannot take the absolute value of the least long');
  return makeInteger(absolute, type);
}

function positive(value: Numeric, call: CompiledCall): Numeric {
  if (numberOf(value) <= 0) throw operandError(call, 'takes numbers > 0');
  return value;
}

/** @param base undefined: e. */
function logarithm(value: Numeric, base: Numeric | undefined): Numeric {
  if (numberTypeOf(value) === 'decimal' || (base !== undefined && numberTypeOf(base) === 'decimal')) {
    const exact = decimalOf(value);
    return makeDecimal(base === undefined ? exact.ln() : exact.log(decimalOf(base)));
  }
  const number = numberOf(value);
  if (base === undefined) return makeDouble(Math.log(number));
  if (base === 10) return makeDouble(Math.log10(number));
  return makeDouble(Math.log(number) / Math.log(numberOf(base)));
}

function power(base: Numeric, exponent: Numeric, call: CompiledCall): Numeric {
  if (isZero(base) && numberOf(exponent) < 0)
    throw operandError(call, 'cannot raise 0 to a negative exponent');
  const type = wider(numberTypeOf(base), numberTypeOf(exponent));
  if (type === 'decimal') spendDigits(call);
  if (type === 'decimal') return makeDecimal(decimalOf(base).pow(decimalOf(exponent)));
  const result = numberOf(base) ** numberOf(exponent);
  if (type === 'double' || !Number.isInteger(result)) return makeDouble(result);
  if (Math.abs(result) > 2 ** 64) return makeDouble(result);
  return numberOf(exponent) < 0
    ? makeInteger(BigInt(result), type)
    : makeInteger(bigIntOf(base) ** bigIntOf(exponent), type);
}
