import type { AccumulatorOperator } from '../../../domain/query/accumulator-operator.ts';
import type { Expression } from '../../../domain/query/expression.ts';
import type { AccumulatorField, Stage } from '../../../domain/query/stage.ts';
import { closureSql, joinSql, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { groupFields } from './sqlite-expression-fields.ts';
import { pathExpressions } from './sqlite-expressions.ts';
import { isPushablePath } from './sqlite-json-path.ts';

/** Those whose answer depends on the order of the documents, which `GROUP BY` does not keep. */
const ordered: ReadonlySet<AccumulatorOperator> = new Set([
  '$first',
  '$last',
  '$firstN',
  '$lastN',
  '$push',
  '$mergeObjects',
  '$concatArrays',
]);

/** From the statement that gives the documents, the one that gives a group per row. */
type GroupStatement = (rows: SqlFragment) => SqlFragment;

/**
 * `$group`: SQLite brings the rows together, the domain's accumulators gather their values, so that sums and means are
 * the same to the last bit. Undefined when an expression looks at whole documents, or when the order counts.
 */
export function groupSql(
  { id, fields }: Extract<Stage, { kind: 'group' }>,
  isOrdered: boolean,
): GroupStatement | undefined {
  if (isOrdered && fields.some(({ accumulator }) => ordered.has(accumulator))) return undefined;
  return groupStatement(id, fields, sql``);
}

export function sortByCountSql(id: Expression): GroupStatement | undefined {
  const input: Expression = { kind: 'literal', value: 1 };
  const count: AccumulatorField = { name: 'count', accumulator: '$sum', args: { input }, sortBy: undefined };
  return groupStatement(id, [count], sql` ORDER BY count(*) DESC`);
}

function groupStatement(
  id: Expression,
  accumulators: readonly AccumulatorField[],
  suffix: SqlFragment,
): GroupStatement | undefined {
  const names = groupFields(id, accumulators);
  if (names === undefined || !names.every((name) => isPushablePath([name]))) return undefined;
  const fields = names.map((name) => pathExpressions([name], false)?.field);
  const json = fields.filter((field) => field !== undefined);
  if (json.length < fields.length) return undefined;
  const closure = closureSql({ kind: 'group', fields: names, id, accumulators });
  const args = joinSql([closure, ...json], ', ');
  const key = groupKey(id, args);
  return (rows) => sql`SELECT group_fields(${args}) FROM (${rows}) GROUP BY ${key}${suffix}`;
}

/** The comparison key where the id is a field and no array is in its way; else the domain says which ids are equal. */
function groupKey(id: Expression, args: SqlFragment): SqlFragment {
  if (id.kind === 'literal') return sql`NULL`;
  const path =
    id.kind === 'variable' && id.name === 'CURRENT' && isPushablePath(id.path) ? id.path : undefined;
  const expressions = path?.some((segment) => /^\d+$/.test(segment))
    ? undefined
    : path && pathExpressions(path, false);
  if (expressions === undefined) return sql`group_key(${args})`;
  const { key, arrays } = expressions;
  return arrays === undefined ? key : sql`CASE WHEN ${arrays} THEN group_key(${args}) ELSE ${key} END`;
}
