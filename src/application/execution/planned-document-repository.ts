import type { IndexDefinition } from '../../domain/document/index-definition.ts';
import { ServiceError, unsupportedOperation } from '../../domain/errors.ts';
import type { Call } from '../ports/call.ts';
import type { CollectionStats, DatabaseAdapter } from '../ports/database-adapter.ts';
import type { DocumentRepository } from '../ports/document-repository.ts';
import { aggregateDocuments } from './aggregate-documents.ts';
import { bulkWrite } from './bulk-write.ts';
import { countDocuments } from './count-documents.ts';
import { createIndexes } from './create-indexes.ts';
import { distinctValues } from './distinct-values.ts';
import type { Execution } from './execution.ts';
import { explainAggregate, explainCount, explainFind } from './explain.ts';
import { findDocuments } from './find-documents.ts';
import { modifyMany } from './modify-many.ts';
import type { RepositoryOptions } from './repository-options.ts';
import { runTransaction } from './run-transaction.ts';
import { upsertDocument } from './upsert-document.ts';

/** The one DocumentRepository: plans each request for an adapter, runs the plan, finishes what is left over. */
export function createPlannedDocumentRepository<N>(
  adapter: DatabaseAdapter<N>,
  options: RepositoryOptions,
): DocumentRepository {
  const execution: Execution<N> = { adapter, operations: adapter, options };
  const { schema } = adapter;
  return {
    database: adapter.type,
    capabilities: adapter.capabilities,

    get: async (collection, id, call) => (await adapter.get(collection, [id], call))[0],
    find: (collection, query, call) => findDocuments(execution, collection, query, call),
    count: (collection, filter, call) => countDocuments(execution, collection, filter, call),
    estimatedCount: (collection, call) => schema.estimatedCount(collection, call),
    distinct: (collection, path, filter, call) => distinctValues(execution, collection, path, filter, call),
    aggregate: (collection, pipeline, call) => aggregateDocuments(execution, collection, pipeline, call),
    explainFind: (collection, query, call) => explainFind(execution, collection, query, call),
    explainCount: (collection, filter, call) => explainCount(execution, collection, filter, call),
    explainAggregate: (collection, pipeline, call) => explainAggregate(execution, collection, pipeline, call),

    insert: (collection, documents, ordered, call) =>
      adapter.insert(collection, documents, call, { ordered }),
    modify: async (collection, modification, call) => {
      const [outcome] = await adapter.modify(collection, [modification], call, { ordered: true });
      return outcome ?? { status: 'missing' };
    },
    updateMany: async (collection, filter, update, call) => {
      const change = { kind: 'update', update } as const;
      const { matched, modified } = await modifyMany(execution, collection, filter, change, undefined, call);
      return { matched, modified };
    },
    deleteMany: async (collection, filter, call) =>
      (await modifyMany(execution, collection, filter, { kind: 'remove' }, undefined, call)).modified,
    upsert: (collection, filter, update, call) =>
      upsertDocument(execution, collection, filter, { kind: 'update', update }, call),
    bulkWrite: (operations, ordered, call) => bulkWrite(execution, operations, ordered, call),
    transaction: (operations, call) => runTransaction(execution, operations, call),
    watch: (scope, call) => {
      if (adapter.changeFeed === undefined) {
        throw unsupportedOperation(adapter.type, 'changeFeed', `${adapter.type} has no change feed`);
      }
      return adapter.changeFeed.watch(scope, call);
    },

    listCollections: (call) => schema.listCollections(call),
    collectionExists: (collection, call) => schema.collectionExists(collection, call),
    createCollection: (collection, collectionOptions, call) =>
      schema.createCollection(collection, collectionOptions, call),
    dropCollection: (collection, call) => schema.dropCollection(collection, call),
    renameCollection: (from, to, call) => schema.renameCollection(from, to, call),
    listIndexes: async (collection, call) => {
      await demandCollection(adapter, collection, call);
      return [idIndex, ...(await schema.listIndexes(collection, call))];
    },
    createIndexes: (collection, indexes, call) => createIndexes(adapter, collection, indexes, call),
    dropIndex: async (collection, name, call) => {
      if (name === idIndex.name) throw new ServiceError('INDEX_ERROR', 'the index on _id cannot be dropped');
      await demandCollection(adapter, collection, call);
      await schema.dropIndex(collection, name, call);
    },

    raw: async (command, call) => {
      if (adapter.raw === undefined)
        throw unsupportedOperation(adapter.type, 'raw', 'raw queries are not supported');
      return adapter.raw(command, call);
    },
    ping: (call) => adapter.ping(call),
    stats: (call) => adapter.stats(call),
    collectionStats: async (collection, call) => {
      await demandCollection(adapter, collection, call);
      return withIdIndex(await schema.collectionStats(collection, call));
    },
    reconnect: async (credentials) => {
      if (adapter.reconnect === undefined)
        throw unsupportedOperation(adapter.type, 'reconnect', 'there are no credentials to change');
      return adapter.reconnect(credentials);
    },
    close: () => adapter.close(),
  };
}

/** Every collection has it; it is not the adapter's to list or drop. */
const idIndex: IndexDefinition = {
  name: '_id_',
  keys: [{ path: ['_id'], kind: 1 }],
  unique: true,
  sparse: false,
  expireAfterSeconds: undefined,
  partialFilter: undefined,
};

/** First, as MongoDB lists it; 0 bytes where it is part of the table. */
function withIdIndex(stats: CollectionStats): CollectionStats {
  const { name } = idIndex;
  const own = stats.indexes.find((index) => index.name === name) ?? { name, sizeBytes: 0 };
  return { ...stats, indexes: [own, ...stats.indexes.filter((index) => index !== own)] };
}

async function demandCollection<N>(
  adapter: DatabaseAdapter<N>,
  collection: string,
  call: Call,
): Promise<void> {
  if (await adapter.schema.collectionExists(collection, call)) return;
  throw new ServiceError('COLLECTION_NOT_FOUND', `the collection ${collection} does not exist`, {
    collection,
  });
}
