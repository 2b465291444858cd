import type { CollectionStats, DatabaseStats } from '../../../application/ports/database-adapter.ts';
import type { PostgresqlSession } from './postgresql-connection.ts';
import { tableText } from './postgresql-rows.ts';
import {
  collectionExists,
  isCollection,
  missingCollection,
  readIndexes,
} from './postgresql-schema-changes.ts';

const collections = `FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace
  WHERE s.nspname = current_schema() AND t.relkind IN ('r', 'p') AND ${isCollection.replaceAll('$1', 't.relname')}`;

export async function listCollections(session: PostgresqlSession): Promise<readonly string[]> {
  const rows = await session.rows({
    text: `SELECT t.relname ${collections} ORDER BY t.relname COLLATE "C"`,
    values: [],
  });
  return rows.map(([name]) => name ?? '');
}

/** The planner's figure; -1, before the first ANALYZE, is counted. */
export async function estimatedCount(session: PostgresqlSession, collection: string): Promise<number> {
  const text = 'SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass($1)';
  const [row] = await session.rows({ text, values: [tableText(collection)] });
  if (row === undefined) return 0;
  return Number(row[0]) >= 0 ? Number(row[0]) : exactCount(session, collection);
}

async function exactCount(session: PostgresqlSession, collection: string): Promise<number> {
  const [row] = await session.rows({ text: `SELECT count(*) FROM ${tableText(collection)}`, values: [] });
  return Number(row?.[0] ?? 0);
}

/** Beyond so many documents the planner's figure is told in place of a count. */
const mostCounted = 100_000;

export async function collectionStats(
  session: PostgresqlSession,
  collection: string,
): Promise<CollectionStats> {
  if (!(await collectionExists(session, collection))) throw missingCollection(collection);
  const estimated = await estimatedCount(session, collection);
  const documentCount = estimated > mostCounted ? estimated : await exactCount(session, collection);
  const sizes = await session.rows({
    text: 'SELECT pg_table_size(to_regclass($1))',
    values: [tableText(collection)],
  });
  const indexes = await Promise.all(
    (await readIndexes(session, collection)).map(async ({ number, definition }) => {
      const text = `SELECT COALESCE(sum(pg_relation_size(indexrelid)), 0) FROM pg_index
        JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = to_regclass($1) AND c.relname ~ $2`;
      const [row] = await session.rows({ text, values: [tableText(collection), `^ix_${number}(_|$)`] });
      return { name: definition.name, sizeBytes: Number(row?.[0] ?? 0) };
    }),
  );
  return { documentCount, sizeBytes: Number(sizes[0]?.[0] ?? 0), indexes };
}

export async function databaseStats(session: PostgresqlSession): Promise<DatabaseStats> {
  const text = `SELECT count(*), COALESCE(sum(greatest(t.reltuples, 0)), 0)::bigint, pg_database_size(current_database()),
    (SELECT count(*) FROM document_service.indexes) ${collections}`;
  const [row] = await session.rows({ text, values: [] });
  const [count = 0, documents = 0, size = 0, indexes = 0] = (row ?? []).map(Number);
  return {
    collectionsCount: count,
    totalDocuments: documents,
    totalSizeBytes: size,
    indexesCount: indexes + count,
  };
}
