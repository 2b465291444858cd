import type { SchemaAdmin } from '../../../application/ports/database-adapter.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { unsupportedCapability } from '../unsupported-capability.ts';
import { sqliteCapabilities } from './sqlite-capabilities.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { readCollections, readDocumentCount, readIndexes } from './sqlite-ledger.ts';
import { collectionStats } from './sqlite-stats.ts';

/** Reads come from this thread's connection: the ledger is small and always current. */
export function sqliteSchema(database: SqliteDatabase): SchemaAdmin {
  const indexes = new IndexCache();
  const local = async (): Promise<SqliteConnection> =>
    database.opened?.local ?? (await database.open()).local;
  return {
    listCollections: async () => readCollections(await local()),
    collectionExists: async (collection) => readDocumentCount(await local(), collection) !== undefined,
    createCollection: async (collection, options, call) => {
      if (options.capped !== undefined) throw unsupportedCapability('sqlite', 'collections.capped');
      await database.write({ kind: 'create-collection', collection }, call);
    },
    dropCollection: async (collection, call) => {
      await database.write({ kind: 'drop-collection', collection }, call);
    },
    renameCollection: async (from, to, call) => {
      await database.write({ kind: 'rename-collection', collection: from, to }, call);
    },
    listIndexes: async (collection) => indexes.of(await local(), collection),
    createIndex: async (collection, index, call) => {
      checkKinds(index);
      await database.write({ kind: 'create-index', collection, index }, call);
    },
    dropIndex: async (collection, name, call) => {
      if (readDocumentCount(await local(), collection) === undefined) throw missing(collection);
      await database.write({ kind: 'drop-index', collection, name }, call);
    },
    estimatedCount: async (collection) => readDocumentCount(await local(), collection) ?? 0,
    collectionStats: async (collection) => {
      const connection = await local();
      const documentCount = readDocumentCount(connection, collection);
      if (documentCount === undefined) throw missing(collection);
      return collectionStats(connection, collection, documentCount);
    },
  };
}

/** Every change of an index, by any process, changes SQLite's number of the schema. */
class IndexCache {
  #version: unknown;
  readonly #indexes = new Map<string, readonly IndexDefinition[]>();

  of(connection: SqliteConnection, collection: string): readonly IndexDefinition[] {
    const row = connection.prepare('PRAGMA schema_version').get();
    const version = (row as unknown as readonly unknown[] | undefined)?.[0];
    if (version !== this.#version) {
      this.#version = version;
      this.#indexes.clear();
    }
    let found = this.#indexes.get(collection);
    if (found === undefined) {
      found = readIndexes(connection, collection).map(({ definition }) => definition);
      if (this.#indexes.size < 10_000) this.#indexes.set(collection, found);
    }
    return found;
  }
}

function checkKinds({ keys }: IndexDefinition): void {
  for (const { kind } of keys)
    if (typeof kind === 'string' && sqliteCapabilities.indexes[kind] === 'unsupported')
      throw unsupportedCapability('sqlite', `indexes.${kind}`);
}

function missing(collection: string): ServiceError {
  return new ServiceError('COLLECTION_NOT_FOUND', `the collection ${collection} does not exist`, {
    collection,
  });
}
