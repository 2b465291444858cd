import type { Value } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import { compareValues } from '../compare-values.ts';
import { percentile } from '../percentile.ts';
import {
  Decimal34,
  decimalOf,
  isNumeric,
  makeDecimal,
  makeDouble,
  type Numeric,
  numberOf,
  numberTypeOf,
} from './numbers.ts';
import {
  type CompiledCall,
  eager,
  eagerNamed,
  isNullish,
  type OperatorCompiler,
  operandError,
  typeError,
  type Values,
} from './operator-compiler.ts';
import { addNumbers } from './sum.ts';

type StatisticsOperator =
  | '$avg'
  | '$max'
  | '$median'
  | '$min'
  | '$percentile'
  | '$stdDevPop'
  | '$stdDevSamp'
  | '$sum';

/** Accumulators as expressions: over their arguments, or over the elements of a single array. */
export const statisticsOperators: Readonly<Record<StatisticsOperator, OperatorCompiler>> = {
  $avg: over((values) => average(values.filter(isNumeric))),
  $max: over((values) => extreme(values, 1)),
  $median: eagerNamed(({ input, method }, call) => {
    return percentile(numbersOf(input), 0.5, isContinuous(method, call));
  }),
  $min: over((values) => extreme(values, -1)),
  $percentile: eagerNamed(({ input, p, method }, call) => {
    const continuous = isContinuous(method, call);
    const numbers = numbersOf(input);
    return portions(p, call).map((portion) => percentile(numbers, portion, continuous));
  }),
  $stdDevPop: over((values) => deviation(values.filter(isNumeric).map(numberOf), 0)),
  $stdDevSamp: over((values) => deviation(values.filter(isNumeric).map(numberOf), 1)),
  $sum: over((values) => addNumbers(values.filter(isNumeric))),
};

function over(apply: (values: Values) => Value): OperatorCompiler {
  return eager((args, call) => {
    const [only] = args;
    const values: Values = args.length === 1 && isArray(only) ? only : args;
    call.context.budget.spend(values.length);
    return apply(values);
  });
}

/** The mean of numbers, a double or decimal; null of none. */
function average(numbers: readonly Numeric[]): Value {
  if (numbers.length === 0) return null;
  const sum = addNumbers(numbers);
  if (numberTypeOf(sum) === 'decimal') return makeDecimal(decimalOf(sum).div(new Decimal34(numbers.length)));
  return makeDouble(numberOf(sum) / numbers.length);
}

/** The greatest (1) or least (-1) value that is neither null nor missing; null of none. */
function extreme(values: Values, direction: 1 | -1): Value {
  let found: Value = null;
  for (const value of values) {
    if (isNullish(value)) continue;
    if (found === null || compareValues(value, found) * direction > 0) found = value;
  }
  return found;
}

/** @param missing degrees of freedom: 0 of the population, 1 of a sample. Null where nothing is left. */
function deviation(numbers: readonly number[], missing: 0 | 1): Value {
  const count = numbers.length - missing;
  if (count <= 0) return null;
  const mean = numbers.reduce((total, number) => total + number, 0) / numbers.length;
  const squares = numbers.reduce((total, number) => total + (number - mean) ** 2, 0);
  return makeDouble(Math.sqrt(squares / count));
}

function numbersOf(input: Value | undefined): readonly number[] {
  const values = isArray(input) ? input : [input];
  return values
    .filter(isNumeric)
    .map(numberOf)
    .sort((a, b) => a - b);
}

function isContinuous(method: Value | undefined, call: CompiledCall): boolean {
  if (method !== 'approximate' && method !== 'discrete' && method !== 'continuous')
    throw operandError(call, "takes 'approximate', 'discrete' or 'continuous' as its method");
  return method === 'continuous';
}

function portions(p: Value | undefined, call: CompiledCall): readonly number[] {
  if (!isArray(p) || p.length === 0) throw typeError(call, 'an array of portions as p', p);
  return p.map((portion) => {
    const number = isNumeric(portion) ? numberOf(portion) : Number.NaN;
    if (!(number >= 0 && number <= 1)) throw operandError(call, 'takes portions from 0 to 1');
    return number;
  });
}
