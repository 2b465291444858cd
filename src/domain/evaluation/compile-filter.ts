import { assertNever } from '../assert-never.ts';
import { ServiceError } from '../errors.ts';
import type { Collation } from '../query/collation.ts';
import type { ElemMatchLeaf, Filter } from '../query/filter.ts';
import { isArray, isObject } from '../value/value-type.ts';
import { equalValues } from './compare-values.ts';
import { compileBits } from './compile-bits.ts';
import { compileCollated } from './compile-collated.ts';
import { compileCollation } from './compile-collation.ts';
import { compileComparison, compileEquality } from './compile-comparison.ts';
import { compileExpression } from './compile-expression.ts';
import { compileIn } from './compile-in.ts';
import { compileJsonSchema } from './compile-json-schema.ts';
import { compileMod } from './compile-mod.ts';
import { compilePatternTest } from './compile-pattern-test.ts';
import { compileTypes } from './compile-types.ts';
import { documentScope } from './document-scope.ts';
import { equalUnordered } from './equal-unordered.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { truthy } from './expressions/logic-operators.ts';
import { matchPath, type ValueTest } from './match-path.ts';

/**
 * Compiles a filter once, to be asked of many documents in their flat view; leaves with the empty path look at the value
 * that they are given itself. What only a database can answer (`$text`, geo) is UNSUPPORTED_OPERATION.
 */
export function compileFilter(filter: Filter, context: EvaluationContext): ValueTest {
  switch (filter.kind) {
    case 'everything':
      return () => true;
    case 'nothing':
      return () => false;
    case 'and':
      return metered(filter.of.length, every(filter.of.map((part) => compileFilter(part, context))), context);
    case 'or':
      return metered(filter.of.length, some(filter.of.map((part) => compileFilter(part, context))), context);
    case 'not': {
      const inner = compileFilter(filter.of, context);
      return (value) => !inner(value);
    }
    case 'collated':
      return compileFilter(filter.of, collated(filter.collation, context));
    case 'expr':
      return compileExpr(filter.expression, context);
    case 'jsonSchema':
      return compileJsonSchema(filter.schema);
    case 'text':
    case 'geo':
      throw unsupportedInProcess(filter.kind);
    case 'elemMatch':
      return matchPath(filter.path, 'whole', compileElemMatch(filter, context));
    case 'size':
      return matchPath(filter.path, 'whole', (value) => isArray(value) && value.length === filter.size);
    case 'exists':
      return matchPath(filter.path, 'whole', (value) => value !== undefined);
    default:
      return matchPath(filter.path, 'expand', compileValueTest(filter, context));
  }
}

type ValueLeaf = Extract<Filter, { readonly kind: 'compare' | 'in' | 'type' | 'regex' | 'mod' | 'bits' }>;

/** The context within a filter with a collation. */
function collated(collation: Collation, context: EvaluationContext): EvaluationContext {
  return { ...context, compareText: compileCollation(collation) };
}

/** What one value must satisfy, wherever it stands. */
export function compileValueTest(leaf: ValueLeaf, context: EvaluationContext): ValueTest {
  const collating = context.compareText !== undefined && (leaf.kind === 'compare' || leaf.kind === 'in');
  if (collating) return compileCollated(leaf, context.compareText, context);
  const sameObject = context.keyOrder === 'ignored' ? equalUnordered : equalValues;
  switch (leaf.kind) {
    case 'compare':
      return leaf.op === 'eq'
        ? compileEquality(leaf.value, sameObject)
        : compileComparison(leaf.op, leaf.value);
    case 'in':
      return compileIn(leaf, sameObject, context.budget);
    case 'type':
      return compileTypes(leaf.types);
    case 'regex':
      return compilePatternTest(leaf, context.budget);
    case 'mod':
      return compileMod(leaf);
    case 'bits':
      return compileBits(leaf);
    default:
      return assertNever(leaf);
  }
}

/** Whether the array has an element for which the condition holds. */
export function compileElemMatch(leaf: ElemMatchLeaf, context: EvaluationContext): ValueTest {
  const test = compileElement(leaf, context);
  return (value) => isArray(value) && value.some(test);
}

/** The condition on one element: of `document` only objects and arrays, whose indexes then are their field names. */
export function compileElement(leaf: ElemMatchLeaf, context: EvaluationContext): ValueTest {
  const test = compileFilter(leaf.of, context);
  if (leaf.element === 'value') return test;
  return (element) => (isObject(element) && test(element)) || (isArray(element) && test({ ...element }));
}

/** Many conditions on every document are work that a budget bounds. */
function metered(conditions: number, test: ValueTest, { budget }: EvaluationContext): ValueTest {
  if (conditions < 32) return test;
  const steps = conditions >> 4;
  return (value) => {
    budget.spend(steps);
    return test(value);
  };
}

function every(tests: readonly ValueTest[]): ValueTest {
  const [first, second, ...more] = tests;
  if (first !== undefined && second !== undefined && more.length === 0)
    return (value) => first(value) && second(value);
  return (value) => tests.every((test) => test(value));
}

function some(tests: readonly ValueTest[]): ValueTest {
  return (value) => tests.some((test) => test(value));
}

function compileExpr(
  expression: Extract<Filter, { readonly kind: 'expr' }>['expression'],
  context: EvaluationContext,
): ValueTest {
  const evaluate = compileExpression(expression, context);
  const bind = documentScope(context);
  return (document) => isObject(document) && truthy(evaluate(bind(document)));
}

function unsupportedInProcess(kind: 'text' | 'geo'): ServiceError {
  return new ServiceError('UNSUPPORTED_OPERATION', `this database has no ${kind} search`, {
    capability: `filter.${kind}`,
  });
}
