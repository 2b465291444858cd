import type { Call } from '../../../application/ports/call.ts';
import type { CollectionStats, DatabaseStats } from '../../../application/ports/database-adapter.ts';
import { documentColumns } from '../sql/document-row.ts';
import { joinSql, sql } from '../sql/sql-fragment.ts';
import type { MysqlDatabase } from './mysql-database.ts';
import { countSql } from './mysql-statements.ts';

/** Tables that have the columns of a collection, whoever made them; ours that have others start with `$`. */
export async function listCollections(database: MysqlDatabase, call: Call): Promise<readonly string[]> {
  const wanted = joinSql(
    documentColumns.map((column) => sql`${column}`),
    ', ',
  );
  const rows = await database.rows(
    sql`SELECT table_name FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name IN (${wanted}) GROUP BY table_name HAVING COUNT(*) = ${documentColumns.length}`,
    call,
  );
  return rows
    .map(([name]) => String(name))
    .filter((name) => !name.startsWith('$'))
    .map((name) => database.collectionOf(name))
    .sort();
}

export async function collectionStats(
  database: MysqlDatabase,
  collection: string,
  call: Call,
): Promise<CollectionStats> {
  const table = database.tableNameOf(collection);
  const [count] = await database.rows(countSql(database.tableOf(collection), undefined), call);
  const [size] = await database.rows(
    sql`SELECT data_length FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ${table}`,
    call,
  );
  const pages = await indexPages(database, table, call);
  const indexes = (await database.ledger.indexes(collection)).map(({ name, number }) => ({
    name,
    sizeBytes: pages.get(`$${number}`) ?? 0,
  }));
  return { documentCount: Number(count?.[0] ?? 0), sizeBytes: Number(size?.[0] ?? 0), indexes };
}

/** Bytes of each index of a table, where the user may read the statistics. */
async function indexPages(
  database: MysqlDatabase,
  table: string,
  call: Call,
): Promise<ReadonlyMap<string, number>> {
  try {
    const rows = await database.rows(
      sql`SELECT index_name, stat_value * @@innodb_page_size FROM mysql.innodb_index_stats WHERE database_name = DATABASE() AND table_name = ${table} AND stat_name = 'size'`,
      call,
    );
    return new Map(rows.map(([name, bytes]) => [String(name), Number(bytes)]));
  } catch {
    return new Map();
  }
}

export async function databaseStats(database: MysqlDatabase, call: Call): Promise<DatabaseStats> {
  const collections = new Set(await listCollections(database, call));
  const rows = await database.rows(
    sql`SELECT table_name, table_rows, data_length + index_length FROM information_schema.tables WHERE table_schema = DATABASE()`,
    call,
  );
  const [indexes] = await database.rows(
    sql`SELECT COUNT(*) FROM ${database.indexesTable} WHERE state = 'ready'`,
    call,
  );
  let totalDocuments = 0;
  let totalSizeBytes = 0;
  for (const [name, documents, bytes] of rows) {
    if (!collections.has(database.collectionOf(String(name)))) continue;
    totalDocuments += Number(documents ?? 0);
    totalSizeBytes += Number(bytes ?? 0);
  }
  return {
    collectionsCount: collections.size,
    totalDocuments,
    totalSizeBytes,
    indexesCount: Number(indexes?.[0] ?? 0) + collections.size,
  };
}
