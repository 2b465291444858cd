import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import { CassandraBatch } from './cassandra-batch.ts';
import { cassandraCapabilities } from './cassandra-capabilities.ts';
import { cassandraChangeFeed } from './cassandra-change-feed.ts';
import { CassandraConnection } from './cassandra-connection.ts';
import { type CassandraFragment, cassandraDialect } from './cassandra-dialect.ts';
import { CassandraLedger } from './cassandra-ledger.ts';
import { CassandraLookups } from './cassandra-lookups.ts';
import type { CassandraCredentials, CassandraOptions } from './cassandra-options.ts';
import { runRawCql } from './cassandra-raw.ts';
import { CassandraReader } from './cassandra-reader.ts';
import { cassandraSchema } from './cassandra-schema.ts';
import { CassandraStats } from './cassandra-stats.ts';
import { CassandraSweeper } from './cassandra-sweeper.ts';
import { CassandraUniqueKeys } from './cassandra-unique-keys.ts';
import { CassandraWriter } from './cassandra-writer.ts';
import { ChangeAnnouncer } from './change-announcer.ts';
import { ChangeClock } from './change-clock.ts';
import { ChangeLog } from './change-log.ts';
import { DocumentWriter } from './document-writer.ts';
import { DroppedIndexes } from './dropped-indexes.ts';
import { IndexBuilder } from './index-builder.ts';

export interface CassandraAdapter extends DatabaseAdapter<CassandraFragment> {
  /** Goes over to other credentials once they work; what runs on the old ones may finish. */
  reconnect(credentials: CassandraCredentials): Promise<void>;
}

/** Cassandra 4: a table of documents for each collection, conditional writes, lookups in tables of their own. */
export function createCassandraAdapter(options: CassandraOptions): CassandraAdapter {
  const connection = new CassandraConnection(options);
  const clock = new ChangeClock();
  const ledger = new CassandraLedger(connection);
  const lookups = new CassandraLookups(connection);
  const reader = new CassandraReader(connection, ledger, lookups);
  const announcer = new ChangeAnnouncer(connection);
  const uniqueKeys = new CassandraUniqueKeys(
    connection,
    clock,
    async (entry, id, call) => (await reader.storedNow(entry, id, call))?.document,
  );
  const documents = new DocumentWriter({ connection, clock, announcer, lookups, uniqueKeys, reader });
  const writer = new CassandraWriter(ledger, reader, documents);
  const builder = new IndexBuilder({ reader, writer, lookups, uniqueKeys });
  const batch = new CassandraBatch({
    connection,
    ledger,
    reader,
    lookups,
    uniqueKeys,
    announcer,
    clock,
    writer: documents,
  });
  const dropped = new DroppedIndexes({ connection, lookups, uniqueKeys });
  const sweeper = new CassandraSweeper(connection, ledger, reader, writer, dropped);
  sweeper.start(options.sweepIntervalMs);
  const stats = new CassandraStats(connection, ledger);
  return {
    type: 'cassandra',
    capabilities: options.changeFeed.enabled
      ? cassandraCapabilities
      : { ...cassandraCapabilities, changeFeed: 'unsupported' },
    dialect: cassandraDialect,
    schema: cassandraSchema({ ledger, builder, stats, dropped }),
    get: (...args) => reader.get(...args),
    find: (...args) => reader.find(...args),
    count: (...args) => reader.count(...args),
    insert: (...args) => writer.insert(...args),
    modify: (...args) => writer.modify(...args),
    batch: (operations, call) => batch.run(operations, call),
    ...(options.changeFeed.enabled && {
      changeFeed: cassandraChangeFeed(connection, new ChangeLog(connection, ledger, reader)),
    }),
    raw: (command, call) => runRawCql(connection, command, call),
    reconnect: (credentials) => connection.reconnect(credentials),
    ping: (call) => stats.health(call),
    stats: (call) => stats.ofDatabase(call),
    close: async () => {
      await sweeper.stop();
      await writer.settled();
      await announcer.close();
      await connection.close();
    },
  };
}
