import { ServiceError } from '../../domain/errors.ts';
import type { Collation } from '../../domain/query/collation.ts';
import type { Expression } from '../../domain/query/expression.ts';
import type { ExpressionOperator } from '../../domain/query/expression-operator.ts';
import type { Filter } from '../../domain/query/filter.ts';
import type { Value } from '../../domain/value/value.ts';
import { allOf } from './combine-filters.ts';

/**
 * The filter with its strings compared by the collation. Conditions of a conjunction that compare no strings stay as
 * they are, so that the database may run them. Rejects with UNSUPPORTED_OPERATION expressions that a collation would
 * change and the service cannot evaluate so.
 */
export function collateFilter(filter: Filter, collation: Collation | undefined, path: string): Filter {
  if (collation === undefined) return filter;
  const parts = filter.kind === 'and' ? filter.of : [filter];
  const affected = parts.filter(comparesText);
  if (affected.length === 0) return filter;
  for (const part of affected) refuseBinaryExpressions(part, path);
  const rest = parts.filter((part) => !affected.includes(part));
  return allOf([...rest, { kind: 'collated', collation, of: allOf(affected) }]);
}

function comparesText(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.some(comparesText);
    case 'not':
    case 'elemMatch':
      return comparesText(filter.of);
    case 'compare':
      return mayHoldText(filter.value);
    case 'in':
      return filter.values.some(mayHoldText);
    case 'expr':
      return true;
    default:
      return false;
  }
}

function mayHoldText(value: Value): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

function refuseBinaryExpressions(filter: Filter, path: string): void {
  if (filter.kind === 'and' || filter.kind === 'or')
    for (const part of filter.of) refuseBinaryExpressions(part, path);
  else if (filter.kind === 'not') refuseBinaryExpressions(filter.of, path);
  else if (filter.kind === 'expr') refuseBinaryOperators(filter.expression, path);
}

function refuseBinaryOperators(expression: Expression, path: string): void {
  switch (expression.kind) {
    case 'literal':
    case 'variable':
      return;
    case 'object':
      for (const [, field] of expression.fields) refuseBinaryOperators(field, path);
      return;
    case 'array':
      for (const item of expression.items) refuseBinaryOperators(item, path);
      return;
    case 'call':
      if (binaryOperators.has(expression.operator))
        throw new ServiceError(
          'UNSUPPORTED_OPERATION',
          `${expression.operator} does not compare by a collation`,
          { capability: 'collation', path },
        );
      for (const part of [...expression.args, ...Object.values(expression.named)])
        refuseBinaryOperators(part, path);
  }
}

/** What compares strings, besides `$eq` and its like. */
const binaryOperators: ReadonlySet<ExpressionOperator> = new Set<ExpressionOperator>([
  '$in',
  '$indexOfArray',
  '$max',
  '$maxN',
  '$min',
  '$minN',
  '$setDifference',
  '$setEquals',
  '$setIntersection',
  '$setIsSubset',
  '$setUnion',
  '$sortArray',
]);
