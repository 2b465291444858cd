import type { NativeFind } from '../../../application/ports/database-adapter.ts';
import type { Path } from '../../../domain/query/path.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import type { Statement } from './postgresql-connection.ts';
import { renderPostgresql } from './postgresql-dialect.ts';
import { pathArray, pathSource } from './postgresql-paths.ts';
import { selectedColumns, tableOf, tableText } from './postgresql-rows.ts';

const columns = trustedSql(selectedColumns);

/** A fragment as the driver takes it. */
export function toStatement(fragment: SqlFragment): Statement {
  const { text, values } = renderPostgresql(fragment);
  return {
    text,
    values: values.map((value) => {
      if (typeof value === 'bigint') return String(value);
      if (typeof value === 'object' && value !== null)
        throw new TypeError('PostgreSQL has no functions of this process');
      return value;
    }),
  };
}

export function findSql(collection: string, query: NativeFind<SqlFragment>): SqlFragment {
  const where = query.where === undefined ? sql`` : sql` WHERE ${query.where}`;
  const order = query.order === undefined ? sql`` : sql` ORDER BY ${query.order}`;
  const limit = query.limit === undefined ? sql`` : sql` LIMIT ${query.limit}`;
  const skip = query.skip === 0 ? sql`` : sql` OFFSET ${query.skip}`;
  return sql`SELECT ${columns} FROM ${tableOf(collection)}${where}${order}${limit}${skip}`;
}

export function countSql(collection: string, where: SqlFragment | undefined): SqlFragment {
  const condition = where === undefined ? sql`` : sql` WHERE ${where}`;
  return sql`SELECT count(*) FROM ${tableOf(collection)}${condition}`;
}

/** The distinct values at a path, in order; an array counts by its elements. */
export function distinctSql(
  collection: string,
  path: Path,
  where: SqlFragment | undefined,
): SqlFragment | undefined {
  const source = pathSource(path);
  if (source === undefined) return undefined;
  const values =
    source.kind === 'column'
      ? sql`ARRAY[${source.value.json}]`
      : sql`document_service.values_at(${source.root}, ${pathArray(source.path)}, 1)`;
  const condition = where === undefined ? sql`` : sql` WHERE ${where}`;
  const distinct = sql`SELECT DISTINCT v FROM ${tableOf(collection)}, unnest(${values}) AS u(v)${condition}`;
  return sql`SELECT v::text FROM (${distinct}) AS d ORDER BY document_service.key(v) COLLATE "C"`;
}

export function getStatement(collection: string, ids: readonly string[]): Statement {
  return {
    text: `SELECT ${selectedColumns} FROM ${tableText(collection)} WHERE id = ANY($1::text[])`,
    values: [ids],
    prepared: true,
  };
}

/** With the transaction that wrote each row last, by which a later write tells whether it is still the same. */
export function readForChange(collection: string, ids: readonly string[], lock: boolean): Statement {
  const order = lock ? ' ORDER BY id FOR UPDATE' : '';
  return {
    text: `SELECT ${selectedColumns}, xmin FROM ${tableText(collection)} WHERE id = ANY($1::text[])${order}`,
    values: [ids],
    prepared: true,
  };
}

export function createTableSql(collection: string): string {
  return `CREATE TABLE ${tableText(collection)} (
    id text COLLATE "C" PRIMARY KEY, data jsonb NOT NULL, version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
    metadata jsonb NOT NULL DEFAULT '{}')`;
}
