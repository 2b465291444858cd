import type { NativeFind } from '../../../application/ports/database-adapter.ts';
import { documentColumns } from '../sql/document-row.ts';
import { type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import { tableOf } from './sqlite-table-name.ts';

const columns = trustedSql(documentColumns.join(', '));

/** The statements of the document operations. `running()` ends a scan whose time is over. */
export function findSql(collection: string, query: NativeFind<SqlFragment>): SqlFragment {
  const where = query.where === undefined ? sql`running()` : sql`${query.where} AND running()`;
  const order = query.order === undefined ? sql`` : sql` ORDER BY ${query.order}`;
  const window =
    query.limit === undefined && query.skip === 0
      ? sql``
      : sql` LIMIT ${query.limit ?? -1} OFFSET ${query.skip}`;
  return sql`SELECT ${columns} FROM ${tableOf(collection)} WHERE ${where}${order}${window}`;
}

export function countSql(collection: string, where: SqlFragment | undefined): SqlFragment {
  const table = tableOf(collection);
  return where === undefined
    ? sql`SELECT count(*) FROM ${table}`
    : sql`SELECT count(*) FROM ${table} WHERE ${where} AND running()`;
}

export function getSql(collection: string, ids: readonly string[]): SqlFragment {
  return sql`SELECT ${columns} FROM ${tableOf(collection)} WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}
