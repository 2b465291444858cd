import type {
  DatabaseAdapter,
  DocumentOperations,
  SchemaAdmin,
} from '../../application/ports/database-adapter.ts';

/** What stands around every call of an adapter. */
export interface Interceptor {
  promise<R>(operation: string, collection: string, run: () => Promise<R>): Promise<R>;
  stream<R>(operation: string, collection: string, run: () => AsyncIterable<R>): AsyncIterable<R>;
}

/** An adapter whose every call, also inside a transaction, goes through `around`: how decorators are made. */
export function intercept<N>(adapter: DatabaseAdapter<N>, around: Interceptor): DatabaseAdapter<N> {
  const { transaction, batch, raw, changeFeed, reconnect } = adapter;
  return {
    ...interceptOperations(adapter, around),
    type: adapter.type,
    capabilities: adapter.capabilities,
    dialect: adapter.dialect,
    schema: interceptSchema(adapter.schema, around),
    ping: (call) => around.promise('ping', '', () => adapter.ping(call)),
    stats: (call) => around.promise('stats', '', () => adapter.stats(call)),
    close: () => adapter.close(),
    ...(reconnect && { reconnect }),
    ...(transaction && {
      transaction: (call, body) =>
        around.promise('transaction', '', () =>
          transaction(call, (inside) => body(interceptOperations(inside, around))),
        ),
    }),
    ...(batch && { batch: (operations, call) => around.promise('batch', '', () => batch(operations, call)) }),
    ...(raw && { raw: (command, call) => around.promise('raw', '', () => raw(command, call)) }),
    ...(changeFeed && {
      changeFeed: {
        watch: (scope, call) =>
          around.stream('watch', scope.collection ?? '', () => changeFeed.watch(scope, call)),
      },
    }),
  };
}

/** The same of the document operations alone. */
export function interceptOperations<N>(
  inner: DocumentOperations<N>,
  around: Interceptor,
): DocumentOperations<N> {
  const { aggregate, distinct, modifyMany } = inner;
  return {
    get: (name, ids, call) => around.promise('get', name, () => inner.get(name, ids, call)),
    find: (name, query, call) => around.stream('find', name, () => inner.find(name, query, call)),
    count: (name, where, call) => around.promise('count', name, () => inner.count(name, where, call)),
    insert: (name, documents, call, options) =>
      around.promise('insert', name, () => inner.insert(name, documents, call, options)),
    modify: (name, modifications, call, options) =>
      around.promise('modify', name, () => inner.modify(name, modifications, call, options)),
    ...(aggregate && {
      aggregate: (name, native, call) =>
        around.stream('aggregate', name, () => aggregate(name, native, call)),
    }),
    ...(distinct && {
      distinct: (name, path, where, call) =>
        around.promise('distinct', name, () => distinct(name, path, where, call)),
    }),
    ...(modifyMany && {
      modifyMany: (name, where, change, call) =>
        around.promise('modify_many', name, () => modifyMany(name, where, change, call)),
    }),
  };
}

function interceptSchema(inner: SchemaAdmin, around: Interceptor): SchemaAdmin {
  return {
    listCollections: (call) => around.promise('list_collections', '', () => inner.listCollections(call)),
    collectionExists: (name, call) =>
      around.promise('collection_exists', name, () => inner.collectionExists(name, call)),
    createCollection: (name, options, call) =>
      around.promise('create_collection', name, () => inner.createCollection(name, options, call)),
    dropCollection: (name, call) =>
      around.promise('drop_collection', name, () => inner.dropCollection(name, call)),
    renameCollection: (from, to, call) =>
      around.promise('rename_collection', from, () => inner.renameCollection(from, to, call)),
    listIndexes: (name, call) => around.promise('list_indexes', name, () => inner.listIndexes(name, call)),
    createIndex: (name, index, call) =>
      around.promise('create_index', name, () => inner.createIndex(name, index, call)),
    dropIndex: (name, index, call) =>
      around.promise('drop_index', name, () => inner.dropIndex(name, index, call)),
    estimatedCount: (name, call) =>
      around.promise('estimated_count', name, () => inner.estimatedCount(name, call)),
    collectionStats: (name, call) =>
      around.promise('collection_stats', name, () => inner.collectionStats(name, call)),
  };
}
