import type { Call } from '../../../application/ports/call.ts';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import type { Capabilities } from '../../../domain/capabilities.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { mysqlCapabilities } from './mysql-capabilities.ts';
import { mysqlChangeFeed } from './mysql-change-feed.ts';
import { MysqlConnections } from './mysql-connection.ts';
import { MysqlDatabase } from './mysql-database.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import { toServiceError } from './mysql-errors.ts';
import { type MysqlFlavour, mysqlFlavour } from './mysql-flavour.ts';
import { type MysqlExecutor, mysqlOperations } from './mysql-operations.ts';
import type { MysqlOptions } from './mysql-options.ts';
import { runRaw } from './mysql-raw.ts';
import { mysqlSchema } from './mysql-schema.ts';
import type { MysqlSession } from './mysql-session.ts';
import { databaseStats } from './mysql-stats.ts';
import { MysqlSweeper } from './mysql-sweeper.ts';

/** Documents in MySQL 8.0.19 or later: a table for each collection. */
export function createMysqlAdapter(options: MysqlOptions): DatabaseAdapter<SqlFragment> {
  return createMysqlLike(options, mysqlFlavour, mysqlCapabilities);
}

/** What speaks MySQL's protocol and language, with what the flavour says of it. */
export function createMysqlLike(
  options: MysqlOptions,
  flavour: MysqlFlavour,
  capabilities: Capabilities,
): DatabaseAdapter<SqlFragment> {
  const connections = new MysqlConnections(options, flavour);
  const database = new MysqlDatabase(connections, flavour);
  const operations = mysqlOperations(database, ownTransactions(database));
  const sweeper = new MysqlSweeper(database, operations, {
    interval: options.sweepIntervalMs ?? 60_000,
    keptChanges: options.keptChanges ?? 100_000,
    changeAge: options.changeAgeMs ?? 86_400_000,
  });
  sweeper.start();
  return {
    type: flavour.name,
    capabilities,
    dialect: mysqlDialect({
      tables: flavour.jsonTables,
      tableOf: (collection) => database.tableOf(collection),
    }),
    ...operations,
    schema: mysqlSchema(database),
    transaction: (call, body) =>
      database.transaction(call, (session) => body(mysqlOperations(database, insideTransaction(session)))),
    changeFeed: mysqlChangeFeed(database),
    raw: (command, call) => runRaw(database, command, call),
    ping: async (call) => {
      const started = performance.now();
      await database.connections.use(call, (session) => session.command('SELECT 1'));
      const { active, idle, max } = connections;
      return { latencyMs: performance.now() - started, connections: { active, idle, max } };
    },
    stats: (call) => databaseStats(database, call),
    reconnect: (credentials) => connections.reconnect(credentials),
    close: async () => {
      await sweeper.stop();
      await connections.close();
    },
  };
}

function ownTransactions(database: MysqlDatabase): MysqlExecutor {
  return {
    rows: (statement, call, refuted) => database.rows(statement, call, refuted),
    stream: (statement, call, refuted) => database.stream(statement, call, refuted),
    write: (call, body) => database.retried(call, body),
  };
}

/** Rows are read whole: the connection can do nothing else while a stream is open. */
function insideTransaction(session: MysqlSession): MysqlExecutor {
  const checked = async <T>(call: Call, run: () => Promise<T>): Promise<T> => {
    call.signal.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      throw toServiceError(error);
    }
  };
  return {
    rows: (statement, call, refuted) => checked(call, () => session.rows(statement, refuted)),
    stream: async function* (statement, call, refuted) {
      yield* await checked(call, () => session.rows(statement, refuted));
    },
    write: (call, body) => checked(call, () => session.savepoint('batch', () => body(session))),
  };
}
