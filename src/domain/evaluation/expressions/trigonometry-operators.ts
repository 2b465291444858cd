import { ofNumber } from './math-operators.ts';
import {
  Decimal34,
  isNumeric,
  makeDecimal,
  makeDouble,
  type Numeric,
  numberOf,
  numberTypeOf,
} from './numbers.ts';
import { eager, isNullish, type OperatorCompiler, operandError, typeError } from './operator-compiler.ts';

type TrigonometryOperator =
  | '$acos'
  | '$acosh'
  | '$asin'
  | '$asinh'
  | '$atan'
  | '$atan2'
  | '$atanh'
  | '$cos'
  | '$cosh'
  | '$degreesToRadians'
  | '$radiansToDegrees'
  | '$sin'
  | '$sinh'
  | '$tan'
  | '$tanh';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#trigonometry-expression-operators */
export const trigonometryOperators: Readonly<Record<TrigonometryOperator, OperatorCompiler>> = {
  $acos: within(-1, 1, Math.acos),
  $acosh: within(1, Infinity, Math.acosh),
  $asin: within(-1, 1, Math.asin),
  $asinh: within(-Infinity, Infinity, Math.asinh),
  $atan: within(-Infinity, Infinity, Math.atan),
  $atan2: eager(([y, x], call) => {
    if (isNullish(y) || isNullish(x)) return null;
    if (!isNumeric(y)) throw typeError(call, 'numbers', y);
    if (!isNumeric(x)) throw typeError(call, 'numbers', x);
    const angle = Math.atan2(numberOf(y), numberOf(x));
    return numberTypeOf(x) === 'decimal' ? like(x, angle) : like(y, angle);
  }),
  $atanh: within(-1, 1, Math.atanh),
  $cos: finite(Math.cos),
  $cosh: within(-Infinity, Infinity, Math.cosh),
  $degreesToRadians: within(-Infinity, Infinity, (degrees) => degrees * (Math.PI / 180)),
  $radiansToDegrees: within(-Infinity, Infinity, (radians) => radians * (180 / Math.PI)),
  $sin: finite(Math.sin),
  $sinh: within(-Infinity, Infinity, Math.sinh),
  $tan: finite(Math.tan),
  $tanh: within(-Infinity, Infinity, Math.tanh),
};

/** Angles of decimals are computed in doubles: 17 digits of the 34. */
function like(value: Numeric, result: number): Numeric {
  return numberTypeOf(value) === 'decimal' ? makeDecimal(new Decimal34(result)) : makeDouble(result);
}

function within(least: number, greatest: number, apply: (value: number) => number): OperatorCompiler {
  return ofNumber((value, call) => {
    const number = numberOf(value);
    if (number < least || number > greatest)
      throw operandError(call, `takes numbers from ${least} to ${greatest}`);
    return like(value, apply(number));
  });
}

function finite(apply: (value: number) => number): OperatorCompiler {
  return ofNumber((value, call) => {
    const number = numberOf(value);
    if (Math.abs(number) === Infinity) throw operandError(call, 'takes finite numbers');
    return like(value, apply(number));
  });
}
