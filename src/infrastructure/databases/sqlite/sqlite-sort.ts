import type { NativeSort, PlanContext } from '../../../application/ports/dialect.ts';
import { samePath } from '../../../domain/query/path.ts';
import type { Sort, SortField } from '../../../domain/query/sort.ts';
import { OpaqueValue } from '../../../domain/value/bson.ts';
import type { Value } from '../../../domain/value/value.ts';
import { type KeysetColumn, keysetCondition } from '../sql/keyset-condition.ts';
import {
  assuming,
  closureSql,
  joinSql,
  type SqlAssumption,
  type SqlFragment,
  sql,
  trustedSql,
} from '../sql/sql-fragment.ts';
import { arrayFree, indexedExpressions, isIndexed } from './sqlite-indexed-paths.ts';
import { isPushablePath } from './sqlite-json-path.ts';
import { comparisonKey } from './sqlite-values.ts';

interface SortColumn {
  readonly field: SortField;
  /** What rows are ordered by where no array stands at the path: an index can hold it. */
  readonly key: SqlFragment;
  /** Where arrays may stand: their least or greatest element; NULL for an empty one. Undefined: they cannot. */
  readonly general: SqlFragment | undefined;
  readonly assumption: SqlAssumption | undefined;
}

/** The order of the domain, arrays included; undefined for a path that SQLite cannot say. */
export function sqliteSort(sort: Sort, context: PlanContext): NativeSort<SqlFragment> | undefined {
  const columns: SortColumn[] = [];
  for (const field of sort) {
    const column = sortColumn(field, sort, context);
    if (column === undefined) return undefined;
    columns.push(column);
  }
  const native = joinSql(
    columns.map(({ field, key, general, assumption }) => {
      const direction = trustedSql(field.direction === 1 ? ' ASC' : ' DESC');
      const order = assumption ? assuming(assumption, key, general ?? key) : (general ?? key);
      return sql`${order}${direction}`;
    }),
    ', ',
  );
  const index = sortIndex(sort, context);
  const after = (key: readonly (Value | undefined)[]): SqlFragment | undefined => afterKey(columns, key);
  return index === undefined ? { native, after } : { native, after, index };
}

function sortColumn(field: SortField, sort: Sort, context: PlanContext): SortColumn | undefined {
  if (!isPushablePath(field.path)) return undefined;
  const path = indexedExpressions(field.path, context);
  if (path === undefined) return undefined;
  if (path.arrays === undefined) return { field, key: path.key, general: undefined, assumption: undefined };
  // Fields that lead into one array are sorted by one of its elements together.
  const together = sort.filter((other) => other.path[0] === field.path[0]);
  const closure = closureSql({ kind: 'sort-key', sort: together, place: together.indexOf(field) });
  return {
    field,
    key: path.key,
    general: sql`CASE WHEN ${path.arrays} THEN field_sort_key(${closure}, ${path.field}) ELSE ${path.key} END`,
    assumption: isIndexed(field.path, context) ? arrayFree(field.path, path.arrays, context) : undefined,
  };
}

/** One assumption after another is taken for granted, so that each variant speaks of one expression per column. */
function afterKey(
  columns: readonly SortColumn[],
  key: readonly (Value | undefined)[],
): SqlFragment | undefined {
  const values = columns.map((_, i) => keyValue(key[i]));
  if (values.includes(undefined)) return undefined;
  const write = (i: number, chosen: readonly KeysetColumn[]): SqlFragment => {
    const column = columns[i];
    const value = values[i];
    if (column === undefined || value === undefined) return keysetCondition(chosen);
    const bound = value === null ? undefined : sql`${value}`;
    const of = (expression: SqlFragment, nullable: boolean): SqlFragment =>
      write(i + 1, [...chosen, { expression, direction: column.field.direction, value: bound, nullable }]);
    if (column.general === undefined) return of(column.key, false);
    const general = of(column.general, true);
    return column.assumption && value !== null
      ? assuming(column.assumption, of(column.key, false), general)
      : general;
  };
  return write(0, []);
}

function keyValue(value: Value | undefined): ReturnType<typeof comparisonKey> {
  return value instanceof OpaqueValue && value.type === 'undefined' ? null : comparisonKey(value);
}

/** An index whose keys start with the sort, all directions as they are or all turned; the id may end it. */
function sortIndex(sort: Sort, { indexes }: PlanContext): string | undefined {
  const wanted = sort.filter((field) => !samePath(field.path, ['_id']));
  if (wanted.length === 0) return '_id_';
  return indexes.find(
    ({ keys, partialFilter, sparse }) =>
      partialFilter === undefined &&
      !sparse &&
      [1, -1].some((turn) =>
        wanted.every((field, i) => {
          const key = keys[i];
          return key !== undefined && samePath(key.path, field.path) && key.kind === field.direction * turn;
        }),
      ),
  )?.name;
}
