import type { Call } from '../../../application/ports/call.ts';
import type { DocumentOperations } from '../../../application/ports/database-adapter.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import { type SqlAssumption, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import type { MysqlDatabase } from './mysql-database.ts';
import { distinctSql, distinctValues } from './mysql-distinct.ts';
import { isMissingTable } from './mysql-errors.ts';
import { changeMatching, planChange } from './mysql-modify-many.ts';
import { aggregate, emptyWhenMissing, find } from './mysql-read.ts';
import type { MysqlSession, Row, Rows } from './mysql-session.ts';
import { countSql, getSql } from './mysql-statements.ts';
import {
  concernsOne,
  insertAll,
  insertEach,
  modifyAll,
  modifyEach,
  toDocument,
  type WriteTarget,
} from './mysql-writes.ts';

type Refuted = (assumption: SqlAssumption) => boolean;

/** Where the operations run: each by itself, or all inside one transaction. */
export interface MysqlExecutor {
  rows(statement: SqlFragment, call: Call, refuted?: Refuted): Promise<Rows>;
  stream(statement: SqlFragment, call: Call, refuted?: Refuted): AsyncIterable<Row>;
  /** Runs the body in a transaction of its own, or in a part of the one that is open. */
  write<T>(call: Call, body: (session: MysqlSession) => Promise<T>): Promise<T>;
}

export function mysqlOperations(
  database: MysqlDatabase,
  executor: MysqlExecutor,
): DocumentOperations<SqlFragment> {
  const target = async (collection: string): Promise<WriteTarget> => ({
    collection,
    table: database.tableOf(collection),
    indexes: await database.indexesOf(collection),
  });
  return {
    get: async (collection, ids, call) => {
      if (ids.length === 0) return [];
      const found = new Map<DocumentId, Document>();
      const statement = getSql(database.tableOf(collection), ids);
      for (const row of await emptyWhenMissing(executor.rows(statement, call)))
        found.set(String(row[0]), toDocument(collection, row));
      return ids.map((id) => found.get(id));
    },
    find: (collection, query, call) => find(database, executor, collection, query, call),
    count: async (collection, where, call) => {
      const statement = countSql(database.tableOf(collection), where);
      const [row] = await emptyWhenMissing(executor.rows(statement, call));
      return Number(row?.[0] ?? 0);
    },
    aggregate: (collection, native, call) => aggregate(database, executor, collection, native, call),
    distinct: async (collection, path, where, call) => {
      // Two statements in one, each over all rows, is nothing that vtgate runs on shards.
      if (database.name !== 'mysql') return undefined;
      const statement = distinctSql(database.tableOf(collection), path, where);
      if (statement === undefined) return undefined;
      return distinctValues(path, await emptyWhenMissing(executor.rows(statement, call)));
    },
    insert: async (collection, documents, call, { ordered }) => {
      if (documents.length === 0) return [];
      const into = await target(collection);
      const all = (session: MysqlSession): Promise<void> => insertAll(session, into, documents);
      try {
        await withTable(database, collection, () => executor.write(call, all));
        return documents.map(() => ({ status: 'inserted' }));
      } catch (error) {
        if (!concernsOne(error)) throw error;
        return executor.write(call, (session) => insertEach(session, into, documents, ordered));
      }
    },
    modifyMany: async (collection, where, change, call) => {
      // Shards have no statement that reads some rows and writes others.
      if (database.name !== 'mysql') return undefined;
      const on = await target(collection);
      const planned = planChange(change, on);
      if (planned === undefined) return undefined;
      try {
        return await executor.write(call, (session) =>
          changeMatching(session, on, where ?? sql`TRUE`, planned),
        );
      } catch (error) {
        if (isMissingTable(error)) return { matched: 0, modified: 0 };
        throw error;
      }
    },
    modify: async (collection, modifications, call, { ordered }) => {
      if (modifications.length === 0) return [];
      const on = await target(collection);
      const inserts = modifications.some(({ insert }) => insert !== undefined);
      const all = (session: MysqlSession): ReturnType<typeof modifyAll> =>
        modifyAll(session, on, modifications, ordered, call);
      try {
        if (inserts) return await withTable(database, collection, () => executor.write(call, all));
        return await executor.write(call, all);
      } catch (error) {
        if (isMissingTable(error)) return modifications.map(() => ({ status: 'missing' }));
        if (!concernsOne(error)) throw error;
        return executor.write(call, (session) => modifyEach(session, on, modifications, ordered, call));
      }
    },
  };
}

/** A collection comes to be with its first document. */
async function withTable<T>(database: MysqlDatabase, collection: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isMissingTable(error)) throw error;
    await database.createTable(collection);
    return run();
  }
}
