import { ServiceError } from '../../errors.ts';
import type { ExpressionOperator } from '../../query/expression-operator.ts';
import type { Value } from '../../value/value.ts';
import { typeOf } from '../../value/value-type.ts';
import type { Variables } from '../compile-expression.ts';
import type { EvaluationContext } from '../evaluation-context.ts';

/** An expression after compiling; undefined is missing. */
export type Evaluate = (variables: Variables) => Value | undefined;

/** A call whose arguments are compiled. */
export interface CompiledCall {
  readonly operator: ExpressionOperator;
  readonly args: readonly Evaluate[];
  readonly named: Readonly<Record<string, Evaluate>>;
  readonly binds: readonly string[];
  readonly context: EvaluationContext;
}

export type OperatorCompiler = (call: CompiledCall) => Evaluate;
export type Values = readonly (Value | undefined)[];
export type NamedValues = Readonly<Record<string, Value | undefined>>;

/** An operator that needs all its arguments' values. */
export function eager(apply: (args: Values, call: CompiledCall) => Value | undefined): OperatorCompiler {
  return (call) => {
    const { args, context } = call;
    return (variables) => {
      context.budget.spend(1);
      return apply(
        args.map((arg) => arg(variables)),
        call,
      );
    };
  };
}

/** An operator of one argument. */
export function unary(
  apply: (value: Value | undefined, call: CompiledCall) => Value | undefined,
): OperatorCompiler {
  return eager((args, call) => apply(args[0], call));
}

/** An operator of named arguments, all evaluated; those that were not given are undefined. */
export function eagerNamed(
  apply: (named: NamedValues, call: CompiledCall) => Value | undefined,
): OperatorCompiler {
  return (call) => {
    const entries = Object.entries(call.named);
    return (variables) => {
      call.context.budget.spend(1);
      const values: Record<string, Value | undefined> = {};
      for (const [name, evaluate] of entries) values[name] = evaluate(variables);
      return apply(values, call);
    };
  };
}

/** MongoDB's name of a value's type, `missing` included. */
export function typeName(value: Value | undefined): string {
  return value === undefined ? 'missing' : typeOf(value);
}

export function isNullish(value: Value | undefined): value is null | undefined {
  return value === null || value === undefined;
}

/** Pays for arithmetic with many digits, which takes up to milliseconds. */
export function spendDigits(call: CompiledCall): void {
  call.context.budget.spend(128);
}

/** What MongoDB answers when an operator meets a value that it does not take. */
export function operandError(call: CompiledCall, message: string): ServiceError {
  return new ServiceError('INVALID_REQUEST', `${call.operator} ${message}`, { operator: call.operator });
}

/** The error of an operator that `takes` something else than the value's type. */
export function typeError(call: CompiledCall, takes: string, value: Value | undefined): ServiceError {
  return operandError(call, `takes ${takes}, not ${typeName(value)}`);
}
