import type { Call } from '../../../application/ports/call.ts';
import type { SchemaAdmin } from '../../../application/ports/database-adapter.ts';
import { ServiceError, unsupportedOperation, validationError } from '../../../domain/errors.ts';
import { sql } from '../sql/sql-fragment.ts';
import type { MysqlDatabase } from './mysql-database.ts';
import { errno, hasErrno, isMissingTable } from './mysql-errors.ts';
import { MysqlIndexes } from './mysql-indexes.ts';
import { collectionStats, listCollections } from './mysql-stats.ts';

export function mysqlSchema(database: MysqlDatabase): SchemaAdmin {
  const indexes = new MysqlIndexes(database);
  const exists = (collection: string, call: Call): Promise<boolean> =>
    tableExists(database, collection, call);
  return {
    listCollections: (call) => listCollections(database, call),
    collectionExists: exists,
    createCollection: async (collection, options, call) => {
      if (options.capped !== undefined)
        throw unsupportedOperation(
          database.name,
          'collections.capped',
          `${database.name} has no capped collections`,
        );
      if (await exists(collection, call)) throw validationError('the collection exists', 'name');
      await database.createTable(collection);
    },
    dropCollection: async (collection, call) => {
      if (!(await exists(collection, call))) throw missing(collection);
      await database.rows(sql`DROP TABLE ${database.tableOf(collection)}`, call);
      await indexes.forgetAll(collection, call);
    },
    renameCollection: async (from, to, call) => {
      if (!(await exists(from, call))) throw missing(from);
      await rename(database, from, to, call);
    },
    listIndexes: async (collection) =>
      (await database.indexesOf(collection)).filter(({ state }) => state === 'ready'),
    createIndex: (collection, index, call) => indexes.create(collection, index, call),
    dropIndex: async (collection, name, call) => {
      if (!(await exists(collection, call))) throw missing(collection);
      await indexes.drop(collection, name, call);
    },
    estimatedCount: async (collection, call) => {
      const statement = sql`SELECT table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ${database.tableNameOf(collection)}`;
      const [row] = await database.rows(statement, call);
      return Number(row?.[0] ?? 0);
    },
    collectionStats: async (collection, call) => {
      if (!(await exists(collection, call))) throw missing(collection);
      return collectionStats(database, collection, call);
    },
  };
}

async function tableExists(database: MysqlDatabase, collection: string, call: Call): Promise<boolean> {
  try {
    await database.rows(sql`SELECT 1 FROM ${database.tableOf(collection)} LIMIT 1`, call);
    return true;
  } catch (error) {
    if (isMissingTable(error)) return false;
    throw error;
  }
}

async function rename(database: MysqlDatabase, from: string, to: string, call: Call): Promise<void> {
  try {
    await database.renameTable(from, to, call);
  } catch (error) {
    if (error instanceof ServiceError && hasErrno(error.cause, errno.tableExists))
      throw validationError('a collection of the new name exists', 'new_name');
    throw error;
  }
  await database.rows(
    sql`UPDATE ${database.indexesTable} SET collection = ${to} WHERE collection = ${from}`,
    call,
  );
  database.ledger.forget();
}

function missing(collection: string): ServiceError {
  return new ServiceError('COLLECTION_NOT_FOUND', `the collection ${collection} does not exist`, {
    collection,
  });
}
