import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { unsupportedOperation } from '../../../domain/errors.ts';
import type { Filter, Leaf } from '../../../domain/query/filter.ts';
import type { Path } from '../../../domain/query/path.ts';
import { andSql, notSql, orSql } from '../sql/combine-conditions.ts';
import { identifier, joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { type PathExpressions, pathExpressions } from './sqlite-expressions.ts';
import { elementEntries, uniqueEntries } from './sqlite-index-entries.ts';
import { indexPaths } from './sqlite-indexed-paths.ts';
import { leafCondition } from './sqlite-leaf.ts';
import { literalSql } from './sqlite-literal.ts';
import { tableName, tableOf } from './sqlite-table-name.ts';
import { isPlainJson } from './transfer.ts';

/** What one index of the API is in SQLite; the number tells two of the same name apart. */
export interface IndexObjects {
  /** Made in this order; none holds a placeholder. */
  readonly create: readonly SqlFragment[];
  readonly drop: readonly SqlFragment[];
}

/**
 * - an index on the comparison keys, ending in the id, so that it serves sorts with their tie-break;
 * - for each path a (mostly empty) index of the documents that have an array there, see `SqlAssumption`;
 * - for a unique index a table of its keys, and for every index one of the elements of its first field's arrays, a row
 *   per document and element, kept by triggers.
 */
export function indexObjects(collection: string, index: IndexDefinition, number: number): IndexObjects {
  const where = indexCondition(index);
  const table = tableOf(collection);
  const name = `${tableName(collection)}$${index.name}$${number}`;
  const paths = indexPaths(index);
  const columns = index.keys.map(
    ({ path, kind }) => sql`${expressionsOf(path).key}${trustedSql(kind === -1 ? ' DESC' : '')}`,
  );
  const suffix = where === undefined ? sql`` : sql` WHERE ${where}`;
  const main = sql`CREATE INDEX ${identifier(name)} ON ${table} (${joinSql([...columns, sql`id`], ', ')})${suffix}`;
  const arrays = paths.flatMap((path, i) => {
    const { arrays: condition } = expressionsOf(path);
    if (condition === undefined) return [];
    const arrayName = identifier(`${name}$arrays${i}`);
    return [{ name: arrayName, create: sql`CREATE INDEX ${arrayName} ON ${table} (id) WHERE ${condition}` }];
  });
  const entries = [
    ...(index.unique ? [uniqueEntries(collection, index, number, where)] : []),
    ...elementEntries(collection, index, number),
  ];
  return {
    create: [main, ...arrays.map(({ create }) => create), ...entries.flatMap(({ create }) => create)],
    drop: [
      ...entries.flatMap(({ drop }) => drop),
      ...[identifier(name), ...arrays.map((array) => array.name)].map(
        (one) => sql`DROP INDEX IF EXISTS ${one}`,
      ),
    ],
  };
}

/** Which documents the index holds; undefined: all. */
function indexCondition({ sparse, keys, partialFilter }: IndexDefinition): SqlFragment | undefined {
  const parts: SqlFragment[] = [];
  if (partialFilter !== undefined) parts.push(literalSql(partialCondition(partialFilter.filter)));
  if (sparse)
    parts.push(
      orSql(
        keys.map(({ path }) => {
          const { type, arrays } = expressionsOf(path);
          return arrays === undefined || path.length === 1
            ? sql`${type} IS NOT NULL`
            : sql`(${type} IS NOT NULL OR (${arrays} AND ${literalSql(evaluated({ kind: 'exists', path }))}))`;
        }),
      ),
    );
  return parts.length === 0 ? undefined : andSql(parts);
}

function expressionsOf(path: Path): PathExpressions {
  const expressions = pathExpressions(path, true);
  if (expressions !== undefined) return expressions;
  throw unsupportedOperation('sqlite', 'indexes.single', `an index cannot lie on ${path.join('.')}`);
}

function partialCondition(filter: Filter): SqlFragment {
  switch (filter.kind) {
    case 'everything':
      return sql`TRUE`;
    case 'nothing':
      return sql`FALSE`;
    case 'and':
      return andSql(filter.of.map(partialCondition));
    case 'or':
      return orSql(filter.of.map(partialCondition));
    case 'not':
      return notSql(partialCondition(filter.of));
    case 'collated':
      throw unsupportedOperation('sqlite', 'indexes.partial', 'a partial index has no collation');
    default:
      return partialLeaf(filter);
  }
}

/** In the words of the dialect, so that SQLite sees that a query's condition implies the index's. */
function partialLeaf(leaf: Leaf): SqlFragment {
  if (!('path' in leaf) || leaf.kind === 'geo' || !isPlainJson(leaf))
    throw unsupportedOperation('sqlite', 'indexes.partial', `a partial index cannot hold ${leaf.kind}`);
  const path = expressionsOf(leaf.path);
  const condition = leafCondition(leaf, path);
  if (condition === undefined) return evaluated(leaf);
  if (path.arrays === undefined) return condition.native;
  const native = condition.misleadsOnArrays
    ? sql`(${condition.native} AND NOT ${path.arrays})`
    : condition.native;
  return orSql([native, sql`(${path.arrays} AND ${evaluated(leaf)})`]);
}

function evaluated(leaf: Leaf & { readonly path: Path }): SqlFragment {
  return sql`field_matches(${JSON.stringify(leaf)}, ${expressionsOf(leaf.path).field})`;
}
