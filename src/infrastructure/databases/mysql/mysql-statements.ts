import type { NativeFind } from '../../../application/ports/database-adapter.ts';
import type { DocumentId } from '../../../domain/document/document.ts';
import type { DocumentRow } from '../sql/document-row.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';

const columns = trustedSql('id, data, version, created_at, updated_at, metadata');

export function findSql(
  table: SqlFragment,
  query: NativeFind<SqlFragment>,
  limitOf: (count: number) => SqlFragment,
): SqlFragment {
  const where = query.where === undefined ? sql`` : sql` WHERE ${query.where}`;
  const order = query.order === undefined ? sql`` : sql` ORDER BY ${query.order}`;
  const { limit, skip } = query;
  // MySQL has no offset without a limit.
  const window =
    limit === undefined && skip === 0
      ? sql``
      : sql` LIMIT ${limitOf(limit ?? Number.MAX_SAFE_INTEGER)} OFFSET ${limitOf(skip)}`;
  return sql`SELECT ${columns} FROM ${table}${where}${order}${window}`;
}

export function countSql(table: SqlFragment, where: SqlFragment | undefined): SqlFragment {
  return where === undefined
    ? sql`SELECT COUNT(*) FROM ${table}`
    : sql`SELECT COUNT(*) FROM ${table} WHERE ${where}`;
}

/** Lists grow by powers of two, so that there are few different statements; the last id is repeated. */
export function idList(ids: readonly DocumentId[]): SqlFragment {
  const [first = ''] = ids;
  const size = 2 ** Math.ceil(Math.log2(Math.max(1, ids.length)));
  const padded = Array.from({ length: size }, (_, i) => sql`${ids[i] ?? first}`);
  return joinSql(padded, ', ');
}

export function getSql(table: SqlFragment, ids: readonly DocumentId[]): SqlFragment {
  const [id = ''] = ids;
  return ids.length === 1
    ? sql`SELECT ${columns} FROM ${table} WHERE id = ${id}`
    : sql`SELECT ${columns} FROM ${table} WHERE id IN (${idList(ids)})`;
}

/** Locks rows in the order of the key, so that two writers never wait for each other. */
export function lockSql(table: SqlFragment, ids: readonly DocumentId[]): SqlFragment {
  return sql`${getSql(table, ids)} ORDER BY id FOR UPDATE`;
}

export function insertSql(table: SqlFragment, rows: readonly DocumentRow[]): SqlFragment {
  return sql`INSERT INTO ${table} (${columns}) VALUES ${rowList(rows)}`;
}

/** Writes rows that exist and are locked. */
export function updateSql(table: SqlFragment, rows: readonly DocumentRow[]): SqlFragment {
  const [row] = rows;
  if (row !== undefined && rows.length === 1) {
    const [id, data, version, , updatedAt, metadata] = row;
    return sql`UPDATE ${table} SET data = ${data}, version = ${version}, updated_at = ${updatedAt}, metadata = ${metadata} WHERE id = ${id}`;
  }
  return sql`${insertSql(table, rows)} ON DUPLICATE KEY UPDATE data = VALUES(data), version = VALUES(version), updated_at = VALUES(updated_at), metadata = VALUES(metadata)`;
}

export function deleteSql(table: SqlFragment, ids: readonly DocumentId[]): SqlFragment {
  return sql`DELETE FROM ${table} WHERE id IN (${idList(ids)})`;
}

export function rowList(rows: readonly (readonly (string | number | null)[])[]): SqlFragment {
  return joinSql(
    rows.map(
      (row) =>
        sql`(${joinSql(
          row.map((value) => sql`${value}`),
          ', ',
        )})`,
    ),
    ', ',
  );
}

/** Rows of one statement: powers of two when there are many, so that there are few different statements. */
export function chunks<T>(items: readonly T[]): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  let start = 0;
  while (start < items.length) {
    const left = items.length - start;
    const size = left <= 8 ? left : Math.min(256, 2 ** Math.floor(Math.log2(left)));
    parts.push(items.slice(start, start + size));
    start += size;
  }
  return parts;
}
