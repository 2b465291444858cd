import type { CollectionStats, DatabaseStats } from '../../../application/ports/database-adapter.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { readIndexes } from './sqlite-ledger.ts';
import { tableName } from './sqlite-table-name.ts';

/** Pages of tables and indexes, by name (https://www.sqlite.org/dbstat.html). */
function pageBytes(connection: SqliteConnection): ReadonlyMap<string, number> {
  const rows = connection.prepare('SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE').all();
  return new Map(
    rows.map((row) => {
      const [name, size] = row as unknown as [string, number];
      return [name, size];
    }),
  );
}

export function collectionStats(
  connection: SqliteConnection,
  collection: string,
  documentCount: number,
): CollectionStats {
  const bytes = pageBytes(connection);
  const table = tableName(collection);
  const indexes = readIndexes(connection, collection).map(({ definition, number }) => ({
    name: definition.name,
    sizeBytes: bytes.get(`${table}$${definition.name}$${number}`) ?? 0,
  }));
  const ids = { name: '_id_', sizeBytes: bytes.get(`sqlite_autoindex_${table}_1`) ?? 0 };
  return { documentCount, sizeBytes: bytes.get(table) ?? 0, indexes: [ids, ...indexes] };
}

export function databaseStats(connection: SqliteConnection): DatabaseStats {
  const text = `SELECT (SELECT count(*) FROM "$collections"),
    (SELECT coalesce(sum(documents), 0) FROM "$collections"),
    (SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()),
    (SELECT count(*) FROM "$indexes")`;
  const row = connection.prepare(text).get() as unknown as readonly [number, number, number, number];
  const [collectionsCount, totalDocuments, totalSizeBytes, indexes] = row;
  return { collectionsCount, totalDocuments, totalSizeBytes, indexesCount: indexes + collectionsCount };
}
