import type { Value } from '../../value/value.ts';
import { isArray } from '../../value/value-type.ts';
import type { Variables } from '../compile-expression.ts';
import { boundedArray } from './bounded-values.ts';
import { truthy } from './logic-operators.ts';
import { asInt } from './numbers.ts';
import {
  type CompiledCall,
  isNullish,
  type OperatorCompiler,
  operandError,
  typeError,
} from './operator-compiler.ts';

type BindingOperator = '$filter' | '$let' | '$map' | '$reduce';

/**
 * Operators that bind variables. They extend the bindings once and overwrite them per element: every expression is
 * evaluated at once, none keeps the map.
 */
export const bindingOperators: Readonly<Record<BindingOperator, OperatorCompiler>> = {
  $let: ({ args, named, binds }) => {
    return (variables) => {
      const inner = new Map(variables);
      for (const [i, name] of binds.entries()) inner.set(name, args[i]?.(variables));
      return named.in?.(inner);
    };
  },
  $map: (call) => (variables) => {
    const array = inputArray(call, variables);
    if (array === null) return null;
    const [name = ''] = call.binds;
    const inner = new Map(variables);
    const mapped = array.map((element) => {
      inner.set(name, element);
      return call.named.in?.(inner) ?? null;
    });
    return boundedArray(mapped, call.context);
  },
  $filter: (call) => (variables) => {
    const array = inputArray(call, variables);
    const limit = limitOf(call, variables);
    if (array === null) return null;
    const [name = ''] = call.binds;
    const inner = new Map(variables);
    const kept: Value[] = [];
    for (const element of array) {
      if (kept.length >= limit) break;
      inner.set(name, element);
      if (truthy(call.named.cond?.(inner))) kept.push(element);
    }
    return kept;
  },
  $reduce: (call) => (variables) => {
    const array = inputArray(call, variables);
    if (array === null) return null;
    const inner = new Map(variables);
    let value = call.named.initialValue?.(variables);
    for (const element of array) {
      inner.set('this', element).set('value', value);
      value = call.named.in?.(inner);
    }
    return value;
  },
};

function inputArray(call: CompiledCall, variables: Variables): readonly Value[] | null {
  const input = call.named.input?.(variables);
  if (isNullish(input)) return null;
  if (!isArray(input)) throw typeError(call, 'an array as its input', input);
  call.context.budget.spend(1 + input.length);
  return input;
}

function limitOf(call: CompiledCall, variables: Variables): number {
  const value = call.named.limit?.(variables);
  if (isNullish(value)) return Infinity;
  const limit = asInt(value);
  if (limit === undefined || limit < 1) throw operandError(call, 'takes a 32-bit integer ≥ 1 as its limit');
  return limit;
}
