import { compareValues } from '../../../domain/evaluation/compare-values.ts';
import { valuesAt } from '../../../domain/evaluation/values-at.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import { andSql } from '../sql/combine-conditions.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { pathExpressions } from './sqlite-expressions.ts';
import { isPushablePath } from './sqlite-json-path.ts';
import { tableOf } from './sqlite-table-name.ts';

/**
 * One row for each value that is no array's, by its comparison key, and one for each different content of the field
 * where an array stands on the path. Undefined for a path that SQLite cannot say.
 */
export function distinctSql(
  collection: string,
  path: Path,
  where: SqlFragment | undefined,
): SqlFragment | undefined {
  const expressions = isPushablePath(path) ? pathExpressions(path, false) : undefined;
  if (expressions === undefined) return undefined;
  const { key, type, arrays, field } = expressions;
  const table = tableOf(collection);
  const select = (condition: SqlFragment, grouped: SqlFragment): SqlFragment => {
    const all = andSql([...(where === undefined ? [] : [where]), condition, sql`running()`]);
    return sql`SELECT ${field} FROM ${table} WHERE ${all} GROUP BY ${grouped}`;
  };
  if (arrays === undefined) return select(sql`${type} IS NOT NULL`, key);
  return sql`${select(sql`${type} IS NOT NULL AND NOT ${arrays}`, key)} UNION ALL ${select(arrays, field)}`;
}

/** The values in the rows of `distinctSql`, each once, ascending. */
export function distinctValues(path: Path, rows: Iterable<readonly unknown[]>): readonly Value[] {
  const [first = ''] = path;
  const values: Value[] = [];
  for (const [json] of rows)
    for (const value of valuesAt({ [first]: JSON.parse(String(json)) as Json }, path)) values.push(value);
  values.sort(compareValues);
  return values.filter((value, i) => i === 0 || compareValues(value, values[i - 1]) !== 0);
}
