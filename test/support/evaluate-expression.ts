import { parseExpression } from '../../src/application/query-language/parse-expression.ts';
import { ServiceError } from '../../src/domain/errors.ts';
import { compileExpression } from '../../src/domain/evaluation/compile-expression.ts';
import { EvaluationBudget } from '../../src/domain/evaluation/evaluation-context.ts';
import type { Json, Value, ValueObject } from '../../src/domain/value/value.ts';

/** The value of an expression, as the caller writes it, over one document; undefined is missing. */
export function evaluate(source: Json, document: ValueObject = {}, steps = 1e6): Value | undefined {
  const options = { path: 'e', shortNames: false, extendedJson: true };
  const context = { now: new Date(0), budget: new EvaluationBudget(steps, Number.POSITIVE_INFINITY) };
  const compiled = compileExpression(parseExpression(source, options), context);
  return compiled(
    new Map([
      ['ROOT', document],
      ['CURRENT', document],
    ]),
  );
}

/** The error that parsing or evaluating throws, as `CODE message`; fails when there is none. */
export function evaluationError(source: Json, document: ValueObject = {}, steps = 1e6): ServiceError {
  try {
    evaluate(source, document, steps);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error(`no error from ${JSON.stringify(source)}`);
}
