import type { Expression } from '../query/expression.ts';
import type { Value } from '../value/value.ts';
import type { EvaluationContext } from './evaluation-context.ts';

/** The values that `$$name` stands for; `ROOT` and `CURRENT` are always bound, undefined is missing. */
export type Variables = ReadonlyMap<string, Value | undefined>;

/** Compiles an expression once, to be evaluated with many bindings; undefined is missing. Rejects what it cannot take with INVALID_REQUEST. */
export function compileExpression(
  _expression: Expression,
  _context: EvaluationContext,
): (variables: Variables) => Value | undefined {
  throw new Error('not written yet');
}
