import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { unsupportedOperation } from '../../../domain/errors.ts';
import type { Filter, Leaf } from '../../../domain/query/filter.ts';
import type { Path } from '../../../domain/query/path.ts';
import { andSql, notSql, orSql } from '../sql/combine-conditions.ts';
import { identifier, joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { type PathExpressions, pathExpressions } from './sqlite-expressions.ts';
import { indexPaths } from './sqlite-indexed-paths.ts';
import { textLiteral } from './sqlite-json-path.ts';
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
 * - for a unique index a table of its keys, one row per document and array element, kept by triggers.
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
  const unique = index.unique ? uniqueObjects(collection, index, number, where) : { create: [], drop: [] };
  return {
    create: [main, ...arrays.map(({ create }) => create), ...unique.create],
    drop: [
      ...unique.drop,
      ...[identifier(name), ...arrays.map((array) => array.name)].map(
        (one) => sql`DROP INDEX IF EXISTS ${one}`,
      ),
    ],
  };
}

/** The table that holds the keys of a unique index. */
export function uniqueTableName(number: number): string {
  return `$unique${number}`;
}

function uniqueObjects(
  collection: string,
  index: IndexDefinition,
  number: number,
  where: SqlFragment | undefined,
): IndexObjects {
  const keyTable = identifier(uniqueTableName(number));
  const table = tableOf(collection);
  const paths = trustedSql(textLiteral(JSON.stringify(index.keys.map(({ path }) => path))));
  const condition = where ?? sql`TRUE`;
  const fill = sql`INSERT INTO ${keyTable} (key, id) SELECT k.value, r.id FROM (SELECT * FROM ${table} WHERE ${condition}) r, json_each(unique_keys(${paths}, r.id, r.data, r.version, r.created_at, r.updated_at, r.metadata)) k`;
  const triggers = (['INSERT', 'UPDATE', 'DELETE'] as const).map((event) => {
    const name = identifier(`${uniqueTableName(number)}$${event.toLowerCase()}`);
    const forget = sql`DELETE FROM ${keyTable} WHERE id = OLD.id;`;
    const learn = sql`${fill} WHERE r.id = NEW.id;`;
    const body = event === 'INSERT' ? learn : event === 'DELETE' ? forget : sql`${forget} ${learn}`;
    return sql`CREATE TRIGGER ${name} AFTER ${trustedSql(event)} ON ${table} BEGIN ${body} END`;
  });
  return {
    create: [
      sql`CREATE TABLE ${keyTable} (key TEXT PRIMARY KEY NOT NULL, id TEXT NOT NULL) STRICT, WITHOUT ROWID`,
      sql`CREATE INDEX ${identifier(`${uniqueTableName(number)}$id`)} ON ${keyTable} (id)`,
      fill,
      ...triggers,
    ],
    drop: [
      ...(['insert', 'update', 'delete'] as const).map(
        (event) => sql`DROP TRIGGER IF EXISTS ${identifier(`${uniqueTableName(number)}$${event}`)}`,
      ),
      sql`DROP TABLE IF EXISTS ${keyTable}`,
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
