import type { Call } from '../../../application/ports/call.ts';
import type { DatabaseAdapter, Health } from '../../../application/ports/database-adapter.ts';
import { runPipelinePart } from './elasticsearch-aggregate.ts';
import { elasticsearchCapabilities } from './elasticsearch-capabilities.ts';
import { elasticsearchChangeFeed } from './elasticsearch-change-feed.ts';
import { ElasticsearchConnection } from './elasticsearch-connection.ts';
import type { ElasticsearchDatabase } from './elasticsearch-database.ts';
import { elasticsearchDialect } from './elasticsearch-dialect.ts';
import type { ElasticsearchFragment } from './elasticsearch-fragment.ts';
import { Freshness } from './elasticsearch-freshness.ts';
import { insertDocuments } from './elasticsearch-insert.ts';
import { ElasticsearchLedger } from './elasticsearch-ledger.ts';
import { ElasticsearchNames } from './elasticsearch-names.ts';
import type { ElasticsearchAuth, ElasticsearchOptions } from './elasticsearch-options.ts';
import { runRawSearch } from './elasticsearch-raw.ts';
import { ElasticsearchReader } from './elasticsearch-reader.ts';
import { ElasticsearchRelay } from './elasticsearch-relay.ts';
import { elasticsearchSchema } from './elasticsearch-schema.ts';
import { databaseStats } from './elasticsearch-stats.ts';
import { ElasticsearchSweeper } from './elasticsearch-sweeper.ts';
import { UniqueKeys } from './elasticsearch-unique-keys.ts';
import { modifyDocuments } from './elasticsearch-writer.ts';
import { KeyedLock } from './keyed-lock.ts';

export interface ElasticsearchAdapter extends DatabaseAdapter<ElasticsearchFragment> {
  /** As `DatabaseAdapter.reconnect`; to an API key too. */
  reconnect(auth: ElasticsearchAuth): Promise<void>;
}

/** Documents in Elasticsearch 8: an alias and an index per collection; see docs/databases/elasticsearch.md. */
export function createElasticsearchAdapter(options: ElasticsearchOptions): ElasticsearchAdapter {
  const database = createDatabase(options);
  const { connection, reader, relay } = database;
  const sweeper = new ElasticsearchSweeper(database, {
    interval: options.sweepInterval ?? 60_000,
    changeAge: options.changeAge ?? 86_400_000,
  });
  sweeper.start();
  return {
    type: 'elasticsearch',
    capabilities: elasticsearchCapabilities,
    dialect: elasticsearchDialect,
    get: (collection, ids, call) => reader.get(collection, ids, call),
    find: (collection, query, call) => reader.find(collection, query, call),
    count: (collection, where, call) => reader.count(collection, where, call),
    aggregate: (collection, native, call) => runPipelinePart(reader, collection, native, call),
    insert: (collection, documents, call, { ordered }) =>
      insertDocuments(database, collection, documents, call, ordered),
    modify: (collection, modifications, call, { ordered }) =>
      modifyDocuments(database, collection, modifications, call, ordered),
    schema: elasticsearchSchema(database),
    changeFeed: elasticsearchChangeFeed(database),
    raw: (command, call) => runRawSearch(database, command, call),
    ping: (call) => ping(connection, call),
    stats: (call) => databaseStats(database, call),
    reconnect: (auth) => connection.reconnect(auth),
    close: async () => {
      await sweeper.stop();
      await relay.close();
      await connection.close();
    },
  };
}

function createDatabase(options: ElasticsearchOptions): ElasticsearchDatabase {
  const connection = new ElasticsearchConnection(options);
  const names = new ElasticsearchNames(options.prefix ?? 'documents');
  const freshness = new Freshness(connection, options.refresh ?? 'before_search');
  const reader = new ElasticsearchReader(connection, names, freshness);
  return {
    connection,
    names,
    freshness,
    reader,
    ledger: new ElasticsearchLedger(connection, names, options),
    relay: new ElasticsearchRelay(connection, names),
    uniqueKeys: new UniqueKeys(connection, names, reader),
    lock: new KeyedLock(),
  };
}

async function ping(connection: ElasticsearchConnection, call: Call): Promise<Health> {
  const started = performance.now();
  await connection.request({ method: 'GET', path: '/', repeatable: true }, call);
  return { latencyMs: performance.now() - started, connections: connection.counts() };
}
