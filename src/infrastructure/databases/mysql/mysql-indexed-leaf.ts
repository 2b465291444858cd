import type { Leaf } from '../../../domain/query/filter.ts';
import type { Json } from '../../../domain/value/value.ts';
import { orSql } from '../sql/combine-conditions.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { type KeyColumns, keyColumns, rank, specialColumn } from './mysql-index-columns.ts';
import { jsonOperand } from './mysql-values.ts';

/**
 * A leaf in the words of an index: by its columns where they say all, by the general condition on the few documents
 * where they do not. Both parts are ranges of the same index.
 */
export function indexedLeaf(
  leaf: Leaf,
  number: number,
  place: number,
  general: SqlFragment,
): SqlFragment | undefined {
  const condition = keyCondition(leaf, keyColumns(number, place));
  if (condition === undefined) return undefined;
  const special = specialColumn(number);
  return sql`((${special} = 0 AND ${condition}) OR (${special} = 1 AND ${general}))`;
}

function keyCondition(leaf: Leaf, columns: KeyColumns): SqlFragment | undefined {
  if (leaf.kind === 'compare') {
    const operand = jsonOperand(leaf.value);
    return operand === undefined ? undefined : compareKey(leaf.op, operand, columns);
  }
  if (leaf.kind !== 'in' || leaf.patterns.length > 0) return undefined;
  const operands = leaf.values.map(jsonOperand);
  const known = operands.filter((operand) => operand !== undefined);
  return known.length < operands.length ? undefined : keyIn(known, columns);
}

type Operator = Extract<Leaf, { kind: 'compare' }>['op'];

function compareKey(op: Operator, operand: Json, { rank: type, number, text }: KeyColumns): SqlFragment {
  const operator = trustedSql({ eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' }[op]);
  if (operand === null) return op === 'gt' || op === 'lt' ? sql`FALSE` : sql`${type} = 1`;
  switch (typeof operand) {
    case 'number':
      return sql`${type} = 2 AND ${number} ${operator} CAST(${operand} AS DOUBLE)`;
    case 'string':
      return sql`${type} = 3 AND ${number} = 0 AND ${text} ${operator} ${operand}`;
    case 'boolean':
      return sql`${type} = 6 AND ${number} ${operator} CAST(${Number(operand)} AS DOUBLE)`;
    default:
      // Arrays and objects are special, whatever they are compared with.
      return sql`FALSE`;
  }
}

function keyIn(operands: readonly Json[], columns: KeyColumns): SqlFragment {
  const { rank: type, number, text } = columns;
  const numbers = operands.filter((operand) => typeof operand === 'number');
  const texts = operands.filter((operand) => typeof operand === 'string');
  const others = operands.filter((operand) => operand === null || typeof operand === 'boolean');
  const parts: SqlFragment[] = others.map((operand) => compareKey('eq', operand, columns));
  if (numbers.length > 0) {
    const list = numbers.map((operand) => sql`CAST(${operand} AS DOUBLE)`);
    parts.push(sql`(${type} = ${trustedSql(String(rank.number))} AND ${number} IN (${joinSql(list, ', ')}))`);
  }
  if (texts.length > 0) {
    const list = texts.map((operand) => sql`${operand}`);
    parts.push(sql`(${type} = 3 AND ${number} = 0 AND ${text} IN (${joinSql(list, ', ')}))`);
  }
  return orSql(parts);
}
