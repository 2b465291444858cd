import type { Value } from '../../value/value.ts';
import { bigIntOf, isNumeric, makeInteger, type Numeric, numberTypeOf } from './numbers.ts';
import {
  type CompiledCall,
  eager,
  isNullish,
  type OperatorCompiler,
  typeError,
  unary,
} from './operator-compiler.ts';

type BitwiseOperator = '$bitAnd' | '$bitNot' | '$bitOr' | '$bitXor';

/** Ints and longs only. https://www.mongodb.com/docs/manual/reference/operator/aggregation/#bitwise-operators */
export const bitwiseOperators: Readonly<Record<BitwiseOperator, OperatorCompiler>> = {
  $bitAnd: fold(-1n, (a, b) => a & b),
  $bitNot: unary((value, call) =>
    isNullish(value) ? null : makeInteger(~bigIntOf(integer(value, call)), kindOf(integer(value, call))),
  ),
  $bitOr: fold(0n, (a, b) => a | b),
  $bitXor: fold(0n, (a, b) => a ^ b),
};

function fold(start: bigint, apply: (a: bigint, b: bigint) => bigint): OperatorCompiler {
  return eager((args, call) => {
    let bits = start;
    let kind: 'int' | 'long' = 'int';
    let hasNull = false;
    for (const arg of args) {
      if (isNullish(arg)) {
        hasNull = true;
        continue;
      }
      const value = integer(arg, call);
      bits = apply(bits, bigIntOf(value));
      if (kindOf(value) === 'long') kind = 'long';
    }
    return hasNull ? null : makeInteger(bits, kind);
  });
}

function integer(value: Value, call: CompiledCall): Numeric {
  if (isNumeric(value) && (numberTypeOf(value) === 'int' || numberTypeOf(value) === 'long')) return value;
  throw typeError(call, 'ints and longs', value);
}

function kindOf(value: Numeric): 'int' | 'long' {
  return numberTypeOf(value) === 'int' ? 'int' : 'long';
}
