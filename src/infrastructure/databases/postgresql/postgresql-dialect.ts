import type { Dialect, PlanContext, Pushed } from '../../../application/ports/dialect.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { Filter, Leaf } from '../../../domain/query/filter.ts';
import { type Path, samePath } from '../../../domain/query/path.ts';
import { andSql, notSql, orSql } from '../sql/combine-conditions.ts';
import { renderSql } from '../sql/render-sql.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { idCondition } from './postgresql-id-condition.ts';
import { keyCondition } from './postgresql-key-condition.ts';
import { leafSql } from './postgresql-leaf.ts';
import { hasArraySql, pathSource, sortKeySql } from './postgresql-paths.ts';
import { postgresqlPipeline } from './postgresql-pipeline.ts';
import { postgresqlSort } from './postgresql-sort.ts';
import { valueCondition } from './postgresql-value-condition.ts';

/** How PostgreSQL says each part of a query; see `docs/databases/postgresql.md`. */
export const postgresqlDialect: Dialect<SqlFragment> = {
  // Far below 65,535 parameters, and planned in milliseconds.
  maxConditions: 500,
  leaf: pushLeaf,
  and: andSql,
  or: orSql,
  not: notSql,
  sort: postgresqlSort,
  pipeline: (stages, context) => postgresqlPipeline(stages, context),
  explain: (fragment) => renderPostgresql(fragment).text,
};

/** The same of a document that has come out of a pipeline's stage, as JSON in the column `doc`. */
export const documentDialect: Dialect<SqlFragment> = {
  ...postgresqlDialect,
  leaf: (leaf) => {
    const native = 'path' in leaf && leaf.kind !== 'geo' ? leafSql(leaf, leaf.path, sql`doc`) : undefined;
    return native && { native, exact: true };
  },
  sort: () => undefined,
};

/** A fragment with PostgreSQL's numbered placeholders. */
export function renderPostgresql(fragment: SqlFragment): ReturnType<typeof renderSql> {
  return renderSql(fragment, { placeholder: (n) => `$${n}` });
}

function pushLeaf(leaf: Leaf, context: PlanContext): Pushed<SqlFragment> | undefined {
  if (!('path' in leaf) || leaf.kind === 'geo') return undefined;
  const source = pathSource(leaf.path);
  if (source === undefined) return undefined;
  if (source.kind === 'column') return columnLeaf(leaf, source.value.json, context);
  const { root, path } = source;
  const exact = leafSql(leaf, path, root);
  if (exact === undefined) return undefined;
  const index = indexOn(leaf.path, context);
  if (index === undefined) return { native: exact, exact: true };
  const key = keyCondition(leaf, sortKeySql(root, path, index.direction), exact);
  if (key === undefined) return { native: exact, exact: true };
  const hasArray = hasArraySql(root, path);
  const scalar = key.misleadsOnArrays ? andSql([key.native, notSql(hasArray)]) : key.native;
  const either = orSql([scalar, andSql([hasArray, exact])]);
  const native = inPartialFilter(leaf.path, context) ? andSql([either, exact]) : either;
  const served = index.sparse && !key.misleadsOnArrays ? servesSparse(leaf.path, root, path, native) : native;
  return index.name === undefined
    ? { native: served, exact: true }
    : { native: served, exact: true, index: index.name };
}

/** A sparse index serves a query only if that says itself that the field exists. */
function servesSparse(asked: Path, root: SqlFragment, path: Path, native: SqlFragment): SqlFragment {
  const exists = leafSql({ kind: 'exists', path: asked }, path, root);
  return exists === undefined ? native : andSql([native, exists]);
}

/** A partial index serves a query only if that says the index's own condition, word for word. */
function inPartialFilter(path: Path, { indexes }: PlanContext): boolean {
  return indexes.some(
    ({ partialFilter }) => partialFilter !== undefined && mentions(partialFilter.filter, path),
  );
}

function mentions(filter: Filter, path: Path): boolean {
  if (filter.kind === 'and' || filter.kind === 'or') return filter.of.some((part) => mentions(part, path));
  if (filter.kind === 'not') return mentions(filter.of, path);
  return 'path' in filter && samePath(filter.path, path);
}

/** System columns are never missing and never arrays. */
function columnLeaf(
  leaf: Leaf & { readonly path: Path },
  json: SqlFragment,
  context: PlanContext,
): Pushed<SqlFragment> | undefined {
  if (leaf.kind === 'elemMatch' || leaf.kind === 'size') return { native: sql`FALSE`, exact: true };
  const byId = samePath(leaf.path, ['_id']) ? idCondition(leaf) : undefined;
  if (byId !== undefined) return { native: byId, exact: true, index: '_id_' };
  const source = pathSource(leaf.path);
  const exact = valueCondition(leaf, json);
  if (exact === undefined || source?.kind !== 'column') return undefined;
  const index = indexOn(leaf.path, context);
  const key = index && keyCondition(leaf, source.value.key, exact);
  if (index?.name === undefined || key === undefined) return { native: exact, exact: true };
  return { native: key.native, exact: true, index: index.name };
}

/** An index that holds the path's key, best one that starts with it and holds all documents. */
function indexOn(
  path: Path,
  { indexes }: PlanContext,
): { readonly direction: 1 | -1; readonly name: string | undefined; readonly sparse: boolean } | undefined {
  const holders = indexes.flatMap((index) => {
    const key = index.keys.find((one) => samePath(one.path, path));
    return key === undefined ? [] : [{ index, direction: key.kind === -1 ? (-1 as const) : (1 as const) }];
  });
  const leading = holders.find(({ index }) => starts(index, path));
  const best = leading ?? holders[0];
  if (best === undefined) return undefined;
  return { direction: best.direction, name: leading?.index.name, sparse: best.index.sparse };
}

function starts({ keys, partialFilter }: IndexDefinition, path: Path): boolean {
  return partialFilter === undefined && keys[0] !== undefined && samePath(keys[0].path, path);
}
