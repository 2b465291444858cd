import type { Sort } from '../../query/sort.ts';
import type { Value } from '../../value/value.ts';
import type { Variables } from '../compile-expression.ts';
import type { EvaluationContext } from '../evaluation-context.ts';
import type { Evaluate } from '../expressions/operator-compiler.ts';
import type { Held } from '../held.ts';

/** What an accumulator gathers over the documents of one group, or of one window. */
export interface Accumulator {
  /** @param scope the document, bound as ROOT and CURRENT. */
  add(scope: Variables): void;
  /** The answer so far; more may be added after it. */
  value(): Value | undefined;
}

/** Starts a group; `group` has the group's `_id` as its document, which the argument `n` may name. */
export type StartAccumulator = (group: Variables) => Accumulator;

export interface AccumulatorCall {
  readonly name: string;
  readonly args: Readonly<Record<string, Evaluate>>;
  readonly sortBy: Sort | undefined;
  readonly context: EvaluationContext;
  /** Charged for every value that a group keeps. */
  readonly held: Held;
}

export type AccumulatorCompiler = (call: AccumulatorCall) => StartAccumulator;

/** The state of an accumulator of one argument. */
export interface Fold {
  add(value: Value | undefined): void;
  value(): Value | undefined;
}

/** An accumulator that looks at nothing but the value of its one argument. */
export function folding(start: (call: AccumulatorCall, group: Variables) => Fold): AccumulatorCompiler {
  return (call) => {
    const input = argument(call, 'input');
    return (group) => {
      const fold = start(call, group);
      return { add: (scope) => fold.add(input(scope)), value: () => fold.value() };
    };
  };
}

/** An argument by name; the parser has checked that it is there. */
export function argument(call: AccumulatorCall, name: string): Evaluate {
  return call.args[name] ?? (() => undefined);
}
