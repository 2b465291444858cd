import { TypedNumber } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import {
  bigIntOf,
  decimalOf,
  isNumeric,
  isPlainInt,
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
  type Values,
} from './operator-compiler.ts';
import { addNumbers } from './sum.ts';

type ArithmeticOperator = '$add' | '$subtract' | '$multiply' | '$divide' | '$mod';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#arithmetic-expression-operators */
export const arithmeticOperators: Readonly<Record<ArithmeticOperator, OperatorCompiler>> = {
  $add: eager(add),
  $subtract: eager(([a, b], call) => {
    if (isNullish(a) || isNullish(b)) return null;
    if (a instanceof Date) return subtractFromDate(a, b, call);
    return ofNumbers(a, b, call, subtract);
  }),
  $multiply: eager(multiplyAll),
  $divide: eager(([a, b], call) =>
    isNullish(a) || isNullish(b) ? null : ofNumbers(a, b, call, (x, y) => divide(x, y, call)),
  ),
  $mod: eager(([a, b], call) =>
    isNullish(a) || isNullish(b) ? null : ofNumbers(a, b, call, (x, y) => modulo(x, y, call)),
  ),
};

function ofNumbers(a: Value, b: Value, call: CompiledCall, apply: (a: Numeric, b: Numeric) => Value): Value {
  if (!isNumeric(a)) throw typeError(call, 'numbers', a);
  if (!isNumeric(b)) throw typeError(call, 'numbers', b);
  if (a instanceof TypedNumber || b instanceof TypedNumber) spendDigits(call);
  return apply(a, b);
}

/** Numbers, and at most one date to which they are milliseconds. */
function add(args: Values, call: CompiledCall): Value {
  const numbers: Numeric[] = [];
  let date: Date | undefined;
  let hasNull = false;
  for (const arg of args) {
    if (isNullish(arg)) hasNull = true;
    else if (isNumeric(arg)) numbers.push(arg);
    else if (arg instanceof Date && date === undefined) date = arg;
    else throw typeError(call, 'numbers and one date', arg);
  }
  if (hasNull) return null;
  if (date === undefined) return addNumbers(numbers);
  return shiftDate(date, numberOf(addNumbers(numbers)), call);
}

/** @param millis rounded to whole milliseconds, half away from zero. */
function shiftDate(date: Date, millis: number, call: CompiledCall): Date {
  const shifted = new Date(date.getTime() + Math.sign(millis) * Math.round(Math.abs(millis)));
  if (Number.isNaN(shifted.getTime())) throw operandError(call, 'leaves the range of dates');
  return shifted;
}

function subtractFromDate(date: Date, other: Value, call: CompiledCall): Value {
  if (other instanceof Date) return makeInteger(BigInt(date.getTime() - other.getTime()), 'long');
  if (isNumeric(other)) return shiftDate(date, -numberOf(other), call);
  throw typeError(call, 'a date or a number after a date', other);
}

function subtract(a: Numeric, b: Numeric): Numeric {
  if (isPlainInt(a) && isPlainInt(b)) return a - b;
  const type = wider(numberTypeOf(a), numberTypeOf(b));
  if (type === 'decimal') return makeDecimal(decimalOf(a).minus(decimalOf(b)));
  if (type === 'double') return makeDouble(numberOf(a) - numberOf(b));
  return makeInteger(bigIntOf(a) - bigIntOf(b), type);
}

function multiplyAll(args: Values, call: CompiledCall): Value {
  let product: Numeric = 1;
  for (const arg of args) {
    if (isNullish(arg)) return null;
    if (!isNumeric(arg)) throw typeError(call, 'numbers', arg);
    product = multiply(product, arg);
  }
  return product;
}

function multiply(a: Numeric, b: Numeric): Numeric {
  if (isPlainInt(a) && isPlainInt(b) && Number.isSafeInteger(a * b)) return a * b + 0;
  const type = wider(numberTypeOf(a), numberTypeOf(b));
  if (type === 'decimal') return makeDecimal(decimalOf(a).times(decimalOf(b)));
  if (type === 'double') return makeDouble(numberOf(a) * numberOf(b));
  return makeInteger(bigIntOf(a) * bigIntOf(b), type);
}

/** A double, whatever integers it is given; or a decimal. */
function divide(a: Numeric, b: Numeric, call: CompiledCall): Numeric {
  if (isZero(b)) throw operandError(call, 'cannot divide by zero');
  const type = wider(numberTypeOf(a), numberTypeOf(b));
  if (type === 'decimal') return makeDecimal(decimalOf(a).div(decimalOf(b)));
  return makeDouble(numberOf(a) / numberOf(b));
}

function modulo(a: Numeric, b: Numeric, call: CompiledCall): Numeric {
  if (isZero(b)) throw operandError(call, 'cannot take the remainder by zero');
  const type = wider(numberTypeOf(a), numberTypeOf(b));
  if (type === 'decimal') return makeDecimal(decimalOf(a).mod(decimalOf(b)));
  if (type === 'double') return makeDouble(numberOf(a) % numberOf(b));
  return makeInteger(bigIntOf(a) % bigIntOf(b), type);
}
