import type { Value, ValueObject } from '../../value/value.ts';
import { isArray, isObject, ownField } from '../../value/value-type.ts';
import { boundedArray, boundedObject } from './bounded-values.ts';
import {
  type CompiledCall,
  eager,
  eagerNamed,
  isNullish,
  type NamedValues,
  type OperatorCompiler,
  operandError,
  typeError,
  unary,
  type Values,
} from './operator-compiler.ts';

type ObjectOperator =
  | '$arrayToObject'
  | '$getField'
  | '$mergeObjects'
  | '$objectToArray'
  | '$setField'
  | '$unsetField';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#object-expression-operators */
export const objectOperators: Readonly<Record<ObjectOperator, OperatorCompiler>> = {
  $arrayToObject: unary((array, call) => {
    if (isNullish(array)) return null;
    if (!isArray(array)) throw typeError(call, 'an array', array);
    call.context.budget.spend(array.length);
    return boundedObject(Object.fromEntries(readPairs(array, call)), call.context);
  }),
  $getField: eagerNamed(({ field, input }, call) => {
    if (typeof field !== 'string') throw typeError(call, 'a string as its field', field);
    if (isNullish(input)) return input;
    return isObject(input) ? ownField(input, field) : undefined;
  }),
  $mergeObjects: eager(mergeObjects),
  $objectToArray: unary((object, call) => {
    if (isNullish(object)) return null;
    if (!isObject(object)) throw typeError(call, 'an object', object);
    const pairs = Object.entries(object).map(([k, v]) => ({ k, v }));
    call.context.budget.spend(pairs.length);
    return boundedArray(pairs, call.context);
  }),
  $setField: eagerNamed((named, call) => changeField(named, named.value, call)),
  $unsetField: eagerNamed((named, call) => changeField(named, undefined, call)),
};

/** All of one form: `{k, v}` objects or `[k, v]` arrays. */
function readPairs(array: readonly Value[], call: CompiledCall): readonly (readonly [string, Value])[] {
  const arrays = isArray(array[0]);
  return array.map((pair) => {
    if (isArray(pair) !== arrays) throw operandError(call, 'takes pairs of one form');
    const [key, value] = isArray(pair) ? arrayPair(pair, call) : objectPair(pair, call);
    if (typeof key !== 'string') throw typeError(call, 'strings as keys', key);
    if (key.includes('\0')) throw operandError(call, 'takes keys without NUL');
    return [key, value ?? null];
  });
}

function arrayPair(pair: readonly Value[], call: CompiledCall): Values {
  if (pair.length !== 2) throw operandError(call, 'takes arrays of a key and a value');
  return pair;
}

function objectPair(pair: Value, call: CompiledCall): Values {
  if (!isObject(pair)) throw typeError(call, 'objects or arrays as pairs', pair);
  if (Object.keys(pair).length !== 2 || !Object.hasOwn(pair, 'k') || !Object.hasOwn(pair, 'v'))
    throw operandError(call, "takes objects of exactly 'k' and 'v'");
  return [pair.k, pair.v];
}

/** A single array stands for its elements. Later fields win, in the place of the first. */
function mergeObjects(args: Values, call: CompiledCall): Value {
  const [only] = args;
  const objects: Values = args.length === 1 && isArray(only) ? only : args;
  const fields = new Map<string, Value>();
  for (const object of objects) {
    if (isNullish(object)) continue;
    if (!isObject(object)) throw typeError(call, 'objects', object);
    const entries = Object.entries(object);
    call.context.budget.spend(entries.length);
    for (const [name, value] of entries) fields.set(name, value);
  }
  return boundedObject(Object.fromEntries(fields), call.context);
}

function changeField(
  { field, input }: NamedValues,
  value: Value | undefined,
  call: CompiledCall,
): Value | undefined {
  if (isNullish(input)) return null;
  if (!isObject(input)) throw typeError(call, 'an object as its input', input);
  const fields = new Map<string, Value>(Object.entries(input));
  if (value === undefined) fields.delete(String(field));
  else fields.set(String(field), value);
  call.context.budget.spend(fields.size);
  const changed: ValueObject = Object.fromEntries(fields);
  return boundedObject(changed, call.context);
}
