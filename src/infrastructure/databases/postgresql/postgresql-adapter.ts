import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { postgresqlCapabilities } from './postgresql-capabilities.ts';
import { postgresqlChangeFeed } from './postgresql-change-feed.ts';
import { ChangeSignal } from './postgresql-change-signal.ts';
import { PostgresqlConnections } from './postgresql-connection.ts';
import { postgresqlDialect } from './postgresql-dialect.ts';
import { toServiceError } from './postgresql-errors.ts';
import { inTransaction, pooledExecutor, sessionExecutor } from './postgresql-executor.ts';
import { prepareLedger } from './postgresql-ledger.ts';
import { postgresqlOperations } from './postgresql-operations.ts';
import type { PostgresqlOptions } from './postgresql-options.ts';
import { runRaw } from './postgresql-raw.ts';
import { ensureCollection, postgresqlSchema } from './postgresql-schema.ts';
import { databaseStats } from './postgresql-stats.ts';
import { PostgresqlSweeper } from './postgresql-sweeper.ts';

/** Documents in PostgreSQL 14 and later, one table for each collection. Connects when it is first asked for something. */
export function createPostgresqlAdapter(options: PostgresqlOptions): DatabaseAdapter<SqlFragment> {
  const connections = new PostgresqlConnections(options);
  const ready = once(() => prepareLedger(connections));
  const signal = new ChangeSignal(connections);
  const create = (collection: string): Promise<void> => ensureCollection(connections, collection);
  const committed = (): void => signal.committed();
  const operations = postgresqlOperations(pooledExecutor(connections, ready), create, committed);
  const sweeper = new PostgresqlSweeper(connections, ready, operations, {
    interval: options.sweepIntervalMs ?? 60_000,
    keptChanges: options.keptChanges ?? 100_000,
    changeAge: options.changeAgeMs ?? 86_400_000,
  });
  sweeper.start();
  return {
    type: 'postgresql',
    capabilities: postgresqlCapabilities,
    dialect: postgresqlDialect,
    ...operations,
    schema: postgresqlSchema(connections, ready),
    transaction: async (call, body) => {
      await ready();
      const run = connections.use(call, (session) =>
        inTransaction(session, () =>
          body(postgresqlOperations(sessionExecutor(session), create, () => undefined)),
        ),
      );
      const result = await run.catch((error: unknown) => {
        throw toServiceError(error);
      });
      committed();
      return result;
    },
    changeFeed: postgresqlChangeFeed(connections, ready, signal),
    raw: async (command, call) => {
      await ready();
      return runRaw(connections, command, call);
    },
    ping: async (call) => {
      const started = performance.now();
      await connections.rows({ text: 'SELECT 1', values: [] }, call).catch((error: unknown) => {
        throw toServiceError(error);
      });
      const { active, idle, max } = connections;
      return { latencyMs: performance.now() - started, connections: { active, idle, max } };
    },
    stats: async (call) => {
      await ready();
      return connections.use(call, databaseStats);
    },
    reconnect: (credentials) => connections.reconnect(credentials),
    close: async () => {
      await sweeper.stop();
      await signal.close();
      await connections.close();
    },
  };
}

/** Runs until it has succeeded once; calls meanwhile share one attempt. */
function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run().catch((error: unknown) => {
      running = undefined;
      throw toServiceError(error);
    });
    return running;
  };
}
