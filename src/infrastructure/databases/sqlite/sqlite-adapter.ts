import type { Call } from '../../../application/ports/call.ts';
import type { DatabaseAdapter, RawCommand, RawResult } from '../../../application/ports/database-adapter.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import { validationError } from '../../../domain/errors.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { sqliteCapabilities } from './sqlite-capabilities.ts';
import { sqliteChangeFeed } from './sqlite-change-feed.ts';
import { SqliteChangeTail } from './sqlite-change-tail.ts';
import { SqliteDatabase } from './sqlite-database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { isMissingTable } from './sqlite-errors.ts';
import { type SqliteExecutor, sqliteOperations, toDocument } from './sqlite-operations.ts';
import { sqliteSchema } from './sqlite-schema.ts';
import { databaseStats } from './sqlite-stats.ts';
import { SqliteSweeper } from './sqlite-sweeper.ts';
import { tableName } from './sqlite-table-name.ts';

export interface SqliteOptions {
  /** The database file; made, with its directory, when it does not exist. */
  readonly path: string;
  /** Threads that read beside the one that writes, started when they are needed; 2 unless given. */
  readonly readers?: number;
  /** Results that this process reads in several batches at a time; 100 unless given. */
  readonly maxStreams?: number | undefined;
  /** How often expired documents and old changes are removed, milliseconds; a minute unless given. */
  readonly sweepInterval?: number;
  /** Changes that `watch` can go back to at most; 100,000 and a day unless given. */
  readonly keptChanges?: number | undefined;
  readonly changeAge?: number | undefined;
  /** Streams of changes that this process answers at a time; 1,000 unless given. */
  readonly maxWatchers?: number | undefined;
}

/** Documents in one SQLite file, with the SQLite of Node itself; several processes may share the file. */
export function createSqliteAdapter(options: SqliteOptions): DatabaseAdapter<SqlFragment> {
  const database = new SqliteDatabase(options.path, options.readers ?? 2, options.maxStreams ?? 100);
  const sweeper = new SqliteSweeper(database, {
    interval: options.sweepInterval ?? 60_000,
    keptChanges: options.keptChanges ?? 100_000,
    changeAge: options.changeAge ?? 86_400_000,
  });
  sweeper.start();
  const operations = sqliteOperations(database);
  return {
    type: 'sqlite',
    capabilities: sqliteCapabilities,
    dialect: sqliteDialect,
    ...operations,
    get: (collection, ids, call) =>
      ids.length <= mostPointReads
        ? pointReads(database, collection, ids)
        : operations.get(collection, ids, call),
    schema: sqliteSchema(database),
    transaction: async (call, body) => {
      const { writer } = await database.open();
      return writer.transaction(call, (step) => body(sqliteOperations(insideTransaction(step))));
    },
    changeFeed: sqliteChangeFeed(database, new SqliteChangeTail(database, options.maxWatchers ?? 1_000)),
    raw: async (command, call) => runRaw(database, command, call),
    ping: async () => {
      const { local, readers } = await database.open();
      const started = performance.now();
      local.prepare('SELECT 1').get();
      const { active, max } = readers;
      return {
        latencyMs: performance.now() - started,
        connections: { active, idle: Math.max(0, max - active), max },
      };
    },
    stats: async () => databaseStats((await database.open()).local),
    close: async () => {
      await sweeper.stop();
      await database.close();
    },
  };
}

/** So many are read here, in microseconds each; more would hold up this thread and go to another. */
const mostPointReads = 32;

/** The hot path: a prepared statement on this thread's connection, the data passed on as text. */
async function pointReads(
  database: SqliteDatabase,
  collection: string,
  ids: readonly DocumentId[],
): Promise<readonly (Document | undefined)[]> {
  const { local, snapshot } = database.opened ?? (await database.open());
  try {
    snapshot.join();
    const statement = local.prepare(`SELECT * FROM "${tableName(collection)}" WHERE id = ?`);
    return ids.map((id) => {
      const row = statement.get(id) as unknown as readonly unknown[] | undefined;
      return row && toDocument(collection, row);
    });
  } catch (error) {
    if (isMissingTable(error)) return ids.map(() => undefined);
    throw error;
  }
}

function insideTransaction(step: SqliteExecutor['write']): SqliteExecutor {
  return {
    rows: async function* (statement, call, groups = false) {
      yield await step({ kind: 'query', statement, groups, deadline: call.deadline }, call);
    },
    write: step,
  };
}

function runRaw(database: SqliteDatabase, command: RawCommand, call: Call): Promise<RawResult> {
  const { query, params, maxRows, allowWrites } = command;
  if (typeof query !== 'string') throw validationError('the query of SQLite is SQL text', 'query');
  return database.raw({ text: query, params, maxRows }, allowWrites, call);
}
