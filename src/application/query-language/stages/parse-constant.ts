import { invalidRequest } from '../../../domain/errors.ts';
import { compileExpression } from '../../../domain/evaluation/compile-expression.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import type { Expression } from '../../../domain/query/expression.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import type { ParseOptions } from '../parse-options.ts';
import { expressionAt } from './stage-place.ts';

/** Far more than a constant of a query needs. */
const constantSteps = 10_000;

/** An expression that looks at no document, as its value. */
export function parseConstant(source: Json, place: ParseOptions): Value {
  const expression = expressionAt(source, place);
  if (!isConstant(expression, [])) throw invalidRequest('must be a constant', place.path);
  const context = { now: new Date(0), budget: new EvaluationBudget(constantSteps, Number.MAX_SAFE_INTEGER) };
  const value = compileExpression(expression, context)(new Map());
  if (value === undefined) throw invalidRequest('must have a value', place.path);
  return value;
}

function isConstant(expression: Expression, bound: readonly string[]): boolean {
  if (expression.kind === 'literal') return true;
  if (expression.kind === 'variable') return bound.includes(expression.name);
  if (expression.kind === 'object') return expression.fields.every(([, field]) => isConstant(field, bound));
  if (expression.kind === 'array') return expression.items.every((item) => isConstant(item, bound));
  if (expression.operator === '$rand' || expression.operator === '$meta') return false;
  const inner = [...bound, ...expression.binds, 'this', 'value'];
  return [...expression.args, ...Object.values(expression.named)].every((part) => isConstant(part, inner));
}
