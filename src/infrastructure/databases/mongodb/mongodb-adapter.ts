import type { Call } from '../../../application/ports/call.ts';
import type { DatabaseAdapter, Health } from '../../../application/ports/database-adapter.ts';
import { commandOptions, run } from './mongodb-call.ts';
import { mongodbCapabilities } from './mongodb-capabilities.ts';
import { mongodbChangeFeed } from './mongodb-change-feed.ts';
import { MongodbConnection } from './mongodb-connection.ts';
import { mongodbDialect } from './mongodb-dialect.ts';
import type { MongodbNative } from './mongodb-native.ts';
import { mongodbOperations } from './mongodb-operations.ts';
import type { MongodbCredentials, MongodbOptions } from './mongodb-options.ts';
import { runRawCommand } from './mongodb-raw.ts';
import { mongodbSchema } from './mongodb-schema.ts';
import { databaseStats } from './mongodb-stats.ts';
import { runInTransaction } from './mongodb-transactions.ts';
import { sweepExpiredTexts } from './mongodb-ttl.ts';

export interface MongodbAdapter extends DatabaseAdapter<MongodbNative> {
  /** Goes over to other credentials once they work; what runs on the old ones may finish. */
  reconnect(credentials: MongodbCredentials): Promise<void>;
}

/** MongoDB 5 and later; connects on first use. */
export function createMongodbAdapter(options: MongodbOptions): MongodbAdapter {
  const connection = new MongodbConnection(options);
  const stopSweeping = sweepExpiredTexts(connection, options.ttlSweepMs ?? 60_000);
  return {
    ...mongodbOperations({ connection, session: undefined }),
    type: 'mongodb',
    capabilities: mongodbCapabilities,
    dialect: mongodbDialect,
    schema: mongodbSchema(connection),
    transaction: (call, body) => runInTransaction(connection, call, body),
    changeFeed: mongodbChangeFeed(connection),
    raw: (command, call) => runRawCommand(connection, command, call),
    ping: (call) => ping(connection, call),
    stats: (call) => run(call, undefined, async () => databaseStats(await connection.db(), call)),
    reconnect: (credentials) => connection.reconnect(credentials),
    async close() {
      stopSweeping();
      await connection.close();
    },
  };
}

async function ping(connection: MongodbConnection, call: Call): Promise<Health> {
  return run(call, undefined, async () => {
    const db = await connection.db();
    const start = performance.now();
    await db.command({ ping: 1 }, { ...commandOptions(call, undefined), signal: call.signal });
    const latencyMs = performance.now() - start;
    return { latencyMs, connections: connection.counts(), topology: connection.members() };
  });
}
