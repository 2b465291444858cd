import { compareValues } from '../../../domain/evaluation/compare-values.ts';
import { type MutableObject, setField } from '../../../domain/evaluation/set-field.ts';
import { valuesAt } from '../../../domain/evaluation/values-at.ts';
import type { Path } from '../../../domain/query/path.ts';
import type { Json, Value } from '../../../domain/value/value.ts';
import { andSql, orSql } from '../sql/combine-conditions.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { isPushablePath, pathSource, valueAt } from './mysql-paths.ts';
import type { Rows } from './mysql-session.ts';
import { isType } from './mysql-value-test.ts';

/**
 * One row for each different value of documents without an array on the path (`scalar`), and one for each different
 * content of the field that the path starts with where there is one (`field`). Undefined for a path that MySQL cannot say.
 */
export function distinctSql(
  table: SqlFragment,
  path: Path,
  where: SqlFragment | undefined,
): SqlFragment | undefined {
  const source = pathSource(path);
  if (source === undefined) return undefined;
  const select = (kind: string, value: SqlFragment, conditions: readonly SqlFragment[]): SqlFragment => {
    const all = andSql([...(where === undefined ? [] : [where]), ...conditions]);
    return sql`SELECT DISTINCT ${trustedSql(`'${kind}'`)} AS kind, ${value} AS value FROM ${table} WHERE ${all}`;
  };
  if (source.kind === 'column') {
    const column = trustedSql(source.column);
    const json = source.column === 'version' ? sql`CAST(version AS CHAR)` : sql`JSON_QUOTE(${column})`;
    return select('scalar', json, []);
  }
  if (!isPushablePath(source.path)) return undefined;
  const root = trustedSql(source.column);
  const at = (length: number): SqlFragment => valueAt({ root, steps: source.path.slice(0, length) });
  const value = at(source.path.length);
  const onPath = source.path.map((_, i) => sql`COALESCE(${isType(at(i + 1), "'ARRAY'")}, FALSE)`);
  const arrays = orSql(onPath);
  const scalars = select('scalar', sql`CAST(${value} AS CHAR)`, [
    sql`${value} IS NOT NULL`,
    sql`NOT ${arrays}`,
  ]);
  const fields = select('field', sql`CAST(${at(1)} AS CHAR)`, [arrays]);
  return sql`${scalars} UNION ALL ${fields}`;
}

/** The values in the rows of `distinctSql`, each once, ascending. */
export function distinctValues(path: Path, rows: Rows): readonly Value[] {
  const inside = path[0] === '_metadata' ? path.slice(1) : path;
  const values: Value[] = [];
  for (const [kind, text] of rows) {
    const json = JSON.parse(String(text)) as Json;
    if (kind === 'scalar') values.push(json);
    else {
      const field: MutableObject = {};
      setField(field, inside[0] ?? '', json);
      for (const value of valuesAt(field, inside)) values.push(value);
    }
  }
  values.sort(compareValues);
  return values.filter((value, i) => i === 0 || compareValues(value, values[i - 1]) !== 0);
}
