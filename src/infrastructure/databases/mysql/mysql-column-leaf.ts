import { assertNever } from '../../../domain/assert-never.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import type { Json } from '../../../domain/value/value.ts';
import { orSql } from '../sql/combine-conditions.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import type { LeafSql } from './mysql-leaf.ts';
import type { PathSource } from './mysql-paths.ts';
import { valueCondition } from './mysql-value-test.ts';
import { jsonOperand } from './mysql-values.ts';

type Column = Extract<PathSource, { kind: 'column' }>['column'];

/** A leaf on a system field, which is a column that is never NULL. */
export function columnLeaf(leaf: Leaf, column: Column): LeafSql | undefined {
  const name = trustedSql(column);
  const type = column === 'version' ? 'number' : 'string';
  switch (leaf.kind) {
    case 'compare': {
      const operand = jsonOperand(leaf.value);
      if (operand === undefined) return undefined;
      const operator = trustedSql({ eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' }[leaf.op]);
      return exact(typeof operand === type ? sql`${name} ${operator} ${bound(operand)}` : sql`FALSE`);
    }
    case 'in': {
      if (leaf.patterns.length > 0) return undefined;
      const operands = leaf.values.map(jsonOperand);
      if (operands.includes(undefined)) return undefined;
      return exact(
        columnIn(
          name,
          operands.filter((operand) => typeof operand === type),
        ),
      );
    }
    case 'exists':
      return exact(sql`TRUE`);
    case 'size':
    case 'elemMatch':
      return exact(sql`FALSE`);
    case 'type':
    case 'mod':
    case 'bits':
    case 'regex': {
      const condition = valueCondition(leaf);
      const value = type === 'number' ? sql`CAST(${name} AS JSON)` : sql`CAST(JSON_QUOTE(${name}) AS JSON)`;
      return condition && { native: condition.test(value), exact: condition.superset !== true };
    }
    case 'expr':
    case 'jsonSchema':
    case 'text':
    case 'geo':
      return undefined;
    default:
      return assertNever(leaf);
  }
}

function columnIn(name: SqlFragment, operands: readonly (Json | undefined)[]): SqlFragment {
  const values = operands.filter((operand) => operand !== undefined).map(bound);
  return values.length === 0 ? orSql([]) : sql`${name} IN (${joinSql(values, ', ')})`;
}

function bound(operand: Json): SqlFragment {
  return typeof operand === 'number' ? sql`CAST(${operand} AS DOUBLE)` : sql`${String(operand)}`;
}

function exact(native: SqlFragment): LeafSql {
  return { native, exact: true };
}
