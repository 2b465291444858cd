import type { Dialect, PlanContext, Pushed } from '../../../application/ports/dialect.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import { andSql, notSql, orSql } from '../sql/combine-conditions.ts';
import { renderSql } from '../sql/render-sql.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { columnLeaf } from './mysql-column-leaf.ts';
import { indexOn } from './mysql-index.ts';
import { indexedLeaf } from './mysql-indexed-leaf.ts';
import { jsonLeaf, type LeafOptions } from './mysql-leaf.ts';
import { pathSource } from './mysql-paths.ts';
import { mysqlPipeline, type PipelineOptions } from './mysql-pipeline.ts';
import { mysqlSort } from './mysql-sort.ts';

/** How MySQL says each part of a query; see `docs/databases/mysql.md` for what is left to the service. */
export function mysqlDialect(options: PipelineOptions): Dialect<SqlFragment> {
  const filters: Dialect<SqlFragment> = {
    // Far below 65,535 placeholders, and planned in milliseconds.
    maxConditions: 500,
    leaf: (leaf, context) => pushLeaf(leaf, context, options),
    and: andSql,
    or: orSql,
    not: notSql,
    sort: mysqlSort,
    explain: (fragment) => renderSql(fragment).text,
  };
  return {
    ...filters,
    pipeline: (stages, context) => mysqlPipeline(stages, context, filters, options),
  };
}

function pushLeaf(leaf: Leaf, context: PlanContext, options: LeafOptions): Pushed<SqlFragment> | undefined {
  if (!('path' in leaf)) return undefined;
  const source = pathSource(leaf.path);
  if (source === undefined) return undefined;
  if (source.kind === 'column') {
    const native = columnLeaf(leaf, source.column);
    return native && (source.column === 'id' ? { ...native, index: '_id_' } : native);
  }
  const root = source.column === 'data' ? sql`data` : sql`metadata`;
  const general = jsonLeaf(leaf, root, source.path, options);
  const indexed = indexOn(leaf.path, context.indexes);
  if (indexed === undefined) return general;
  const { index, place } = indexed;
  const native = indexedLeaf(leaf, index.number, place, general?.native ?? sql`TRUE`);
  if (native === undefined) return general;
  const pushed = { native, exact: general?.exact ?? false };
  return place === 0 ? { ...pushed, index: index.name } : pushed;
}
