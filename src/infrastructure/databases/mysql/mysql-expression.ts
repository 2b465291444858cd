import { assertNever } from '../../../domain/assert-never.ts';
import type { Expression } from '../../../domain/query/expression.ts';
import { TypedNumber } from '../../../domain/value/bson.ts';
import type { Value } from '../../../domain/value/value.ts';
import type { Relation } from '../sql/relation.ts';
import { joinSql, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { documentJson, fieldSql } from './mysql-relation.ts';
import { jsonSql } from './mysql-value-test.ts';
import { jsonOperand } from './mysql-values.ts';

/** JSON of a literal, a field or an object of these, NULL when missing; undefined: the domain's to evaluate. */
export function expressionSql(relation: Relation, expression: Expression): SqlFragment | undefined {
  switch (expression.kind) {
    case 'literal':
      return literalSql(expression.value);
    case 'variable':
      if (expression.name !== 'CURRENT' && expression.name !== 'ROOT') return undefined;
      return expression.path.length === 0 ? documentJson(relation) : fieldSql(relation, expression.path);
    case 'object':
      return objectSql(relation, expression.fields);
    case 'array':
    case 'call':
      return undefined;
    default:
      return assertNever(expression);
  }
}

export function literalSql(value: Value): SqlFragment | undefined {
  const operand = value instanceof TypedNumber ? undefined : jsonOperand(value);
  return operand === undefined ? undefined : jsonSql(operand);
}

/** What is missing is no field of the object. */
function objectSql(
  relation: Relation,
  fields: Extract<Expression, { kind: 'object' }>['fields'],
): SqlFragment | undefined {
  const parts: SqlFragment[] = [sql`JSON_OBJECT()`, sql`JSON_OBJECT()`];
  for (const [name, expression] of fields) {
    const value = expressionSql(relation, expression);
    if (value === undefined || !name.isWellFormed()) return undefined;
    parts.push(memberSql(name, value));
  }
  return sql`JSON_MERGE_PRESERVE(${joinSql(parts, ', ')})`;
}

/** An object of one field, or of none where the value is missing. */
export function memberSql(name: string, value: SqlFragment): SqlFragment {
  return sql`IF(${value} IS NULL, JSON_OBJECT(), JSON_OBJECT(${name}, ${value}))`;
}
