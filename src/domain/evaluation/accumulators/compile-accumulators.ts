import type { AccumulatorField } from '../../query/stage.ts';
import type { Value } from '../../value/value.ts';
import { compileExpression } from '../compile-expression.ts';
import { documentScope } from '../document-scope.ts';
import type { EvaluationContext } from '../evaluation-context.ts';
import type { Evaluate } from '../expressions/operator-compiler.ts';
import type { Held } from '../held.ts';
import type { Accumulator, AccumulatorCall } from './accumulator.ts';
import { accumulatorCompilers } from './accumulator-compilers.ts';

/** The accumulators of a stage, to be started once per group. */
export function compileAccumulators(
  fields: readonly AccumulatorField[],
  context: EvaluationContext,
  held: Held,
): (id: Value) => readonly Accumulator[] {
  const starts = fields.map((field) =>
    accumulatorCompilers[field.accumulator](compileCall(field.accumulator, field, context, held)),
  );
  const bind = documentScope(context);
  return (id) => {
    const group = bind({ _id: id });
    return starts.map((start) => start(group));
  };
}

export function compileCall(
  name: string,
  { args, sortBy }: Pick<AccumulatorField, 'args' | 'sortBy'>,
  context: EvaluationContext,
  held: Held,
): AccumulatorCall {
  const compiled: Record<string, Evaluate> = {};
  for (const [key, expression] of Object.entries(args))
    compiled[key] = compileExpression(expression, context);
  return { name, args: compiled, sortBy, context, held };
}
