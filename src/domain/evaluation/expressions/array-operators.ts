import type { Value } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import { equalValues } from '../compare-values.ts';
import { memorySteps } from '../evaluation-context.ts';
import { boundedArray, checkArrayLength } from './bounded-values.ts';
import { asInt, isNumeric } from './numbers.ts';
import {
  type CompiledCall,
  eager,
  isNullish,
  type OperatorCompiler,
  operandError,
  typeError,
  unary,
  type Values,
} from './operator-compiler.ts';

type ArrayOperator =
  | '$arrayElemAt'
  | '$concatArrays'
  | '$first'
  | '$in'
  | '$indexOfArray'
  | '$isArray'
  | '$last'
  | '$range'
  | '$reverseArray'
  | '$size'
  | '$slice';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#array-expression-operators */
export const arrayOperators: Readonly<Record<ArrayOperator, OperatorCompiler>> = {
  $arrayElemAt: eager(([array, index], call) => {
    if (isNullish(array) || isNullish(index)) return null;
    if (!isArray(array)) throw typeError(call, 'an array', array);
    if (!isNumeric(index)) throw typeError(call, 'a number as its index', index);
    const at = asInt(index);
    if (at === undefined) throw operandError(call, 'takes a 32-bit integer as its index');
    return array.at(at);
  }),
  $concatArrays: eager(concatArrays),
  $first: unary((array, call) => arrayOrNull(array, call)?.at(0) ?? missingUnlessNull(array)),
  $in: eager(([value, array], call) => {
    if (!isArray(array)) throw typeError(call, 'an array', array);
    call.context.budget.spend(array.length);
    return value !== undefined && array.some((element) => equalValues(element, value));
  }),
  $indexOfArray: eager(indexOfArray),
  $isArray: unary((value) => isArray(value)),
  $last: unary((array, call) => arrayOrNull(array, call)?.at(-1) ?? missingUnlessNull(array)),
  $range: eager(range),
  $reverseArray: unary((array, call) => arrayOrNull(array, call)?.toReversed() ?? null),
  $size: unary((array, call) => {
    if (!isArray(array)) throw typeError(call, 'an array', array);
    return array.length;
  }),
  $slice: eager(slice),
};

/** The array; undefined of null and missing. */
function arrayOrNull(value: Value | undefined, call: CompiledCall): readonly Value[] | undefined {
  if (isNullish(value)) return undefined;
  if (!isArray(value)) throw typeError(call, 'an array', value);
  return value;
}

/** An empty array has no first element: missing. A null element, like a null array, is null. */
function missingUnlessNull(array: Value | undefined): null | undefined {
  return isArray(array) && array.length === 0 ? undefined : null;
}

function concatArrays(args: Values, call: CompiledCall): Value {
  const joined: Value[] = [];
  for (const arg of args) {
    if (isNullish(arg)) return null;
    if (!isArray(arg)) throw typeError(call, 'arrays', arg);
    call.context.budget.spend(arg.length);
    checkArrayLength(joined.length + arg.length);
    for (const item of arg) joined.push(item);
  }
  return boundedArray(joined, call.context);
}

function indexOfArray([array, value, from, to]: Values, call: CompiledCall): Value {
  if (isNullish(array)) return null;
  if (!isArray(array)) throw typeError(call, 'an array', array);
  const start = boundOf(from, call, 2) ?? 0;
  const end = Math.min(boundOf(to, call, 3) ?? array.length, array.length);
  if (value === undefined) return -1;
  call.context.budget.spend(array.length);
  for (let i = start; i < end; i++) if (equalValues(array[i], value)) return i;
  return -1;
}

/** The argument at `position`, where it was given: an index ≥ 0. */
export function boundOf(value: Value | undefined, call: CompiledCall, position: number): number | undefined {
  if (call.args.length <= position) return undefined;
  const bound = asInt(value);
  if (bound === undefined || bound < 0) throw operandError(call, 'takes integers ≥ 0 as its bounds');
  return bound;
}

function range([from, to, by]: Values, call: CompiledCall): Value {
  const start = rangeBound(from, call, 'start');
  const end = rangeBound(to, call, 'end');
  const step = call.args.length > 2 ? rangeBound(by, call, 'step') : 1;
  if (step === 0) throw operandError(call, 'takes a step other than 0');
  const length = Math.max(0, Math.ceil((end - start) / step));
  call.context.budget.spend(length * memorySteps.element);
  checkArrayLength(length);
  const numbers: number[] = [];
  for (let i = 0; i < length; i++) numbers.push(start + i * step);
  return numbers;
}

function rangeBound(value: Value | undefined, call: CompiledCall, name: string): number {
  const bound = asInt(value);
  if (bound === undefined) throw operandError(call, `takes a 32-bit integer as its ${name}`);
  return bound;
}

/** `[array, n]` or `[array, position, n]`. */
function slice([array, second, third]: Values, call: CompiledCall): Value {
  const hasPosition = call.args.length > 2;
  if (isNullish(array) || isNullish(second) || (hasPosition && isNullish(third))) return null;
  if (!isArray(array)) throw typeError(call, 'an array', array);
  const first = sliceBound(second, call);
  if (!hasPosition) return first < 0 ? array.slice(first) : array.slice(0, first);
  const length = sliceBound(third, call);
  if (length <= 0) throw operandError(call, 'takes a length > 0');
  const start = first < 0 ? Math.max(0, array.length + first) : first;
  return array.slice(start, start + length);
}

function sliceBound(value: Value | undefined, call: CompiledCall): number {
  const bound = asInt(value);
  if (bound === undefined) throw operandError(call, 'takes 32-bit integers as its bounds');
  return bound;
}
