import type { Call } from '../../../application/ports/call.ts';
import type { DatabaseStats } from '../../../application/ports/database-adapter.ts';
import type { ElasticsearchConnection } from './elasticsearch-connection.ts';
import type { ElasticsearchDatabase } from './elasticsearch-database.ts';

interface CatRow {
  readonly index: string;
  readonly 'docs.count': string | null;
  readonly 'pri.store.size': string | null;
}

/** Bytes of each index's primary shards. */
export async function indexSizes(
  connection: ElasticsearchConnection,
  indexes: readonly string[],
  call: Call,
): Promise<ReadonlyMap<string, number>> {
  const rows = await catalogue(connection, indexes.map(encodeURIComponent).join(','), call);
  return new Map(rows.map((row) => [row.index, Number(row['pri.store.size'] ?? 0)]));
}

export async function databaseStats(database: ElasticsearchDatabase, call: Call): Promise<DatabaseStats> {
  const states = await database.ledger.list(call);
  const rows = await catalogue(database.connection, encodeURIComponent(`${database.names.read('')}*`), call);
  const known = new Map(rows.map((row) => [row.index, row]));
  let totalDocuments = 0;
  let totalSizeBytes = 0;
  for (const { concrete } of states) {
    totalDocuments += Number(known.get(concrete)?.['docs.count'] ?? 0);
    totalSizeBytes += Number(known.get(concrete)?.['pri.store.size'] ?? 0);
  }
  const indexesCount = states.reduce((sum, { indexes }) => sum + indexes.length + 1, 0);
  return { collectionsCount: states.length, totalDocuments, totalSizeBytes, indexesCount };
}

async function catalogue(
  connection: ElasticsearchConnection,
  pattern: string,
  call: Call,
): Promise<readonly CatRow[]> {
  const query = { format: 'json', bytes: 'b', h: 'index,docs.count,pri.store.size' };
  return connection.request(
    { method: 'GET', path: `/_cat/indices/${pattern}`, query, repeatable: true },
    call,
  );
}
