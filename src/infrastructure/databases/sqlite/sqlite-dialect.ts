import type { Dialect, NativeSort, PlanContext, Pushed } from '../../../application/ports/dialect.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import { type Path, samePath } from '../../../domain/query/path.ts';
import { andSql, notSql, orSql } from '../sql/combine-conditions.ts';
import { renderSql } from '../sql/render-sql.ts';
import { assuming, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import type { PathExpressions } from './sqlite-expressions.ts';
import { elementTable } from './sqlite-index-entries.ts';
import { arrayFree, elementIndexNumber, indexedExpressions, isIndexed } from './sqlite-indexed-paths.ts';
import { isPushablePath } from './sqlite-json-path.ts';
import { evaluatedLeaf, evaluatedRow, type LeafCondition, leafCondition } from './sqlite-leaf.ts';
import { sqlitePipeline } from './sqlite-pipeline.ts';
import { sqliteSort } from './sqlite-sort.ts';
import { tableOf } from './sqlite-table-name.ts';

/** A leaf takes up to 20 parameters, of which a statement has 32,766, and preparing it about 0.1 ms. */
const maxConditions = 500;

/** How SQLite says each part of a query. Every leaf runs there; see `docs/databases/sqlite.md` for how. */
export const sqliteDialect: Dialect<SqlFragment> = {
  maxConditions,
  leaf: pushLeaf,
  and: andSql,
  or: orSql,
  not: notSql,
  sort: (sort, context): NativeSort<SqlFragment> | undefined => sqliteSort(sort, context),
  pipeline: (stages, context) => sqlitePipeline(stages, context, sqliteDialect),
  explain: (fragment) => renderSql(fragment).text,
};

function pushLeaf(leaf: Leaf, context: PlanContext): Pushed<SqlFragment> | undefined {
  if (leaf.kind === 'expr' || leaf.kind === 'jsonSchema') return { native: evaluatedRow(leaf), exact: true };
  if (!('path' in leaf) || leaf.kind === 'geo' || !isPushablePath(leaf.path)) return undefined;
  const index = leadingIndex(leaf.path, context);
  const path = indexedExpressions(leaf.path, context);
  if (path === undefined) return undefined;
  const condition = leafCondition(leaf, path);
  if (condition === undefined) return { native: evaluatedLeaf(leaf, path.field), exact: true };
  const native = withArrays(leaf, path, condition, context);
  return condition.indexed && index !== undefined ? { native, exact: true, index } : { native, exact: true };
}

/** The leaf on all documents: by the key where the path meets no array, by the SQL function where it does. */
function withArrays(
  leaf: Leaf & { readonly path: Path },
  path: PathExpressions,
  condition: LeafCondition,
  context: PlanContext,
): SqlFragment {
  if (path.arrays === undefined) return condition.native;
  const onArrays = sql`${path.arrays} AND ${evaluatedLeaf(leaf, path.field)}`;
  const native = condition.misleadsOnArrays
    ? sql`(${condition.native} AND NOT ${path.arrays})`
    : condition.native;
  if (!isIndexed(leaf.path, context)) return sql`(${native} OR (${onArrays}))`;
  const scalar = servesSparse(leaf.path, context, condition)
    ? sql`(${condition.native} AND ${path.type} IS NOT NULL)`
    : condition.native;
  return assuming(
    arrayFree(leaf.path, path.arrays, context),
    scalar,
    sql`(${native} OR id IN (${idsOnArrays(leaf, path, onArrays, context)}))`,
  );
}

/** By the index of array elements for comparisons with a scalar or an object; else by looking at all documents with arrays. */
function idsOnArrays(
  leaf: Leaf & { readonly path: Path },
  path: PathExpressions,
  onArrays: SqlFragment,
  context: PlanContext,
): SqlFragment {
  const all = sql`SELECT id FROM ${tableOf(context.collection)} WHERE ${onArrays}`;
  const number = elementIndexNumber(leaf.path, context);
  const values = leaf.kind === 'compare' ? [leaf.value] : leaf.kind === 'in' ? leaf.values : undefined;
  if (number === undefined || values === undefined || values.some((value) => Array.isArray(value)))
    return all;
  const onElements = leafCondition(leaf, { ...path, key: sql`key` });
  return onElements === undefined
    ? all
    : sql`SELECT id FROM ${elementTable(number)} WHERE ${onElements.native}`;
}

/** A sparse index serves a query only if that says itself that the field exists. */
function servesSparse(path: Path, context: PlanContext, condition: LeafCondition): boolean {
  return (
    condition.indexed &&
    !condition.misleadsOnArrays &&
    context.indexes.some(({ sparse, keys }) => sparse && keys.some((key) => samePath(key.path, path)))
  );
}

/** The first index that starts with the path and holds all documents that can have it. */
function leadingIndex(path: Path, { indexes }: PlanContext): string | undefined {
  if (path.length === 1 && path[0] === '_id') return '_id_';
  return indexes.find(
    ({ keys, partialFilter }) => partialFilter === undefined && keys[0] && samePath(keys[0].path, path),
  )?.name;
}
