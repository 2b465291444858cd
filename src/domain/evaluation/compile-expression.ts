import { assertNever } from '../assert-never.ts';
import type { Expression, ExpressionCall } from '../query/expression.ts';
import type { Value } from '../value/value.ts';
import { type EvaluationContext, memorySteps } from './evaluation-context.ts';
import { boundedArray, boundedObject, boundedValue } from './expressions/bounded-values.ts';
import { fieldReader } from './expressions/field-reader.ts';
import type { Evaluate } from './expressions/operator-compiler.ts';
import { operatorCompilers } from './expressions/operator-compilers.ts';

/** The values that `$$name` stands for; `ROOT` and `CURRENT` are always bound, undefined is missing. */
export type Variables = ReadonlyMap<string, Value | undefined>;

/**
 * Compiles an expression once, to be evaluated with many bindings; undefined is missing. What an operator cannot take
 * is INVALID_REQUEST, work or values without bound are QUERY_TOO_EXPENSIVE; both also while compiling.
 */
export function compileExpression(
  expression: Expression,
  context: EvaluationContext,
): (variables: Variables) => Value | undefined {
  const evaluate = compileNode(expression, context);
  return expression.kind === 'literal' ? evaluate : (variables) => boundedValue(evaluate(variables), context);
}

function compileNode(expression: Expression, context: EvaluationContext): Evaluate {
  switch (expression.kind) {
    case 'literal':
      return () => expression.value;
    case 'variable':
      return compileVariable(expression.name, expression.path, context);
    case 'object':
      return compileObject(expression.fields, context);
    case 'array':
      return compileArray(expression.items, context);
    case 'call':
      return compileCall(expression, context);
    default:
      return assertNever(expression);
  }
}

/** `NOW` stands still for the whole request, `REMOVE` is missing; both may be bound by `$let`'s like, too. */
function compileVariable(name: string, path: readonly string[], context: EvaluationContext): Evaluate {
  const read = fieldReader(path);
  if (name === 'NOW') return () => read(context.now);
  if (name === 'REMOVE') return () => undefined;
  return (variables) => read(variables.get(name));
}

function compileObject(
  fields: readonly (readonly [string, Expression])[],
  context: EvaluationContext,
): Evaluate {
  const compiled = fields.map(([name, value]) => [name, compileNode(value, context)] as const);
  return (variables) => {
    context.budget.spend(memorySteps.object + memorySteps.field * compiled.length);
    const entries: [string, Value][] = [];
    for (const [name, evaluate] of compiled) {
      const value = evaluate(variables);
      if (value !== undefined) entries.push([name, value]);
    }
    return boundedObject(Object.fromEntries(entries), context);
  };
}

/** A missing element is null. */
function compileArray(items: readonly Expression[], context: EvaluationContext): Evaluate {
  const compiled = items.map((item) => compileNode(item, context));
  return (variables) => {
    context.budget.spend(1 + compiled.length);
    return boundedArray(
      compiled.map((evaluate) => evaluate(variables) ?? null),
      context,
    );
  };
}

function compileCall(call: ExpressionCall, context: EvaluationContext): Evaluate {
  const named = Object.entries(call.named).map(([name, value]) => [name, compileNode(value, context)]);
  return operatorCompilers[call.operator]({
    operator: call.operator,
    args: inOrderOfEvaluation(call).map((arg) => compileNode(arg, context)),
    named: Object.fromEntries(named),
    binds: call.binds,
    context,
  });
}

/** Commutative operators see their constants first or last, as MongoDB's optimizer has it: it decides which error is met. */
function inOrderOfEvaluation({ operator, args }: ExpressionCall): readonly Expression[] {
  const constantsFirst = operator === '$and' || operator === '$or';
  if (!constantsFirst && operator !== '$setUnion' && operator !== '$setIntersection') return args;
  const constants = args.filter((arg) => arg.kind === 'literal');
  const others = args.filter((arg) => arg.kind !== 'literal');
  return constantsFirst ? [...constants, ...others] : [...others, ...constants];
}
