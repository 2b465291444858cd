import { type CreateCollectionOptions, type Db, MongoServerError } from 'mongodb';
import type { Call } from '../../../application/ports/call.ts';
import type { CollectionStats, SchemaAdmin } from '../../../application/ports/database-adapter.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { commandOptions, run } from './mongodb-call.ts';
import type { MongodbConnection } from './mongodb-connection.ts';
import { fromIndexDescription, toIndexDescription } from './mongodb-indexes.ts';
import { collectionStats } from './mongodb-stats.ts';

const indexesKnownFor = 5000;

/** Collections and indexes. What indexes a collection has is remembered for a few seconds, or until it is changed here. */
export function mongodbSchema(connection: MongodbConnection): SchemaAdmin {
  const known = new Map<string, { readonly until: number; readonly indexes: readonly IndexDefinition[] }>();
  const onDb = <T>(call: Call, collection: string | undefined, command: (db: Db) => Promise<T>): Promise<T> =>
    run(call, collection, async () => command(await connection.db()));
  return {
    listCollections: (call) => onDb(call, undefined, (db) => collectionNames(db, call)),
    async collectionExists(collection, call) {
      return onDb(call, collection, async (db) => (await collectionNames(db, call, collection)).length > 0);
    },
    createCollection: (collection, { capped }, call) =>
      onDb(call, collection, async (db) => {
        const size = capped && { capped: true, size: capped.sizeBytes };
        const max = capped?.maxDocuments === undefined ? {} : { max: capped.maxDocuments };
        // Since MongoDB 7, creating a collection again with the same options is no error.
        const existing = await collectionNames(db, call, collection);
        if (existing.length > 0)
          throw new ServiceError('VALIDATION_ERROR', 'the collection exists', { collection });
        await createWithImages(db, collection, { ...commandOptions(call, undefined), ...size, ...max });
      }),
    dropCollection: (collection, call) =>
      onDb(call, collection, async (db) => {
        known.delete(collection);
        await demandCollection(db, collection, call);
        await db.dropCollection(collection, commandOptions(call, undefined));
      }),
    renameCollection: (from, to, call) =>
      onDb(call, from, async (db) => {
        known.delete(from);
        known.delete(to);
        await db.renameCollection(from, to, commandOptions(call, undefined));
      }),
    async listIndexes(collection, call) {
      const remembered = known.get(collection);
      if (remembered !== undefined && remembered.until > Date.now()) return remembered.indexes;
      const indexes = await onDb(call, collection, (db) => listIndexes(db, collection, call));
      known.set(collection, { until: Date.now() + indexesKnownFor, indexes });
      return indexes;
    },
    createIndex: (collection, index, call) =>
      onDb(call, collection, async (db) => {
        known.delete(collection);
        const { key, ...options } = toIndexDescription(index);
        await db.collection(collection).createIndex(key, { ...options, ...commandOptions(call, undefined) });
        known.delete(collection);
      }),
    dropIndex: (collection, name, call) =>
      onDb(call, collection, async (db) => {
        known.delete(collection);
        if (name === '*') throw new ServiceError('INDEX_ERROR', 'no such index', { index: name });
        await db.collection(collection).dropIndex(name, commandOptions(call, undefined));
      }),
    estimatedCount: (collection, call) =>
      onDb(call, collection, (db) =>
        db.collection(collection).estimatedDocumentCount(commandOptions(call, undefined)),
      ),
    collectionStats: (collection, call): Promise<CollectionStats> =>
      onDb(call, collection, async (db) => {
        await demandCollection(db, collection, call);
        return collectionStats(db, collection, call);
      }),
  };
}

/** Change streams tell the version of a deletion only of collections that keep images; servers before 6.0 have none. */
async function createWithImages(db: Db, collection: string, options: CreateCollectionOptions): Promise<void> {
  const images = { changeStreamPreAndPostImages: { enabled: true } };
  try {
    await db.createCollection(collection, { ...options, ...images });
  } catch (error) {
    if (!(error instanceof MongoServerError) || !unknownOption.has(error.code)) throw error;
    await db.createCollection(collection, options);
  }
}

/**
 * MongoDB 5 (unknown field), databases that may not keep images (InvalidOptions), and other products
 * (CommandNotSupported, NotImplemented, "feature not supported").
 */
const unknownOption: ReadonlySet<unknown> = new Set([40415, 72, 115, 238, 303]);

async function collectionNames(db: Db, call: Call, only?: string): Promise<readonly string[]> {
  const filter = only === undefined ? {} : { name: only };
  const options = { ...commandOptions(call, undefined), nameOnly: true, signal: call.signal };
  const found = await db.listCollections(filter, options).toArray();
  return found
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('system.'))
    .sort();
}

async function demandCollection(db: Db, collection: string, call: Call): Promise<void> {
  const found = await collectionNames(db, call, collection);
  if (found.length === 0)
    throw new ServiceError('COLLECTION_NOT_FOUND', 'no such collection', { collection });
}

/** A collection that does not exist has none. */
async function listIndexes(db: Db, collection: string, call: Call): Promise<readonly IndexDefinition[]> {
  const options = { ...commandOptions(call, undefined), signal: call.signal };
  try {
    const found = await db.collection(collection).listIndexes(options).toArray();
    return found.flatMap((index) => (index.name === '_id_' ? [] : [fromIndexDescription(index)]));
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 26) return [];
    throw error;
  }
}
