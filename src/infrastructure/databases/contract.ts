import type { DatabaseAdapter, DocumentOperations } from '../../application/ports/database-adapter.ts';
import { ServiceError, unsupportedOperation } from '../../domain/errors.ts';

/**
 * The contract that runs: wraps an adapter so that whatever leaves it is what `DatabaseAdapter` promises. A rejection
 * that is no `ServiceError` becomes DATABASE_ERROR (the original as its cause, for the log only), and an answer of the
 * wrong length is a bug that is told at once.
 */
export function withContract<N>(adapter: DatabaseAdapter<N>): DatabaseAdapter<N> {
  const { schema, changeFeed, raw, transaction, batch } = adapter;
  return {
    ...checkedOperations(adapter),
    type: adapter.type,
    capabilities: adapter.capabilities,
    dialect: adapter.dialect,
    schema: {
      listCollections: checked(schema.listCollections.bind(schema)),
      collectionExists: checked(schema.collectionExists.bind(schema)),
      createCollection: checked(schema.createCollection.bind(schema)),
      dropCollection: checked(schema.dropCollection.bind(schema)),
      renameCollection: checked(schema.renameCollection.bind(schema)),
      listIndexes: checked(schema.listIndexes.bind(schema)),
      createIndex: checked(schema.createIndex.bind(schema)),
      dropIndex: checked(schema.dropIndex.bind(schema)),
      estimatedCount: checked(schema.estimatedCount.bind(schema)),
      collectionStats: checked(schema.collectionStats.bind(schema)),
    },
    ping: checked(adapter.ping.bind(adapter)),
    stats: checked(adapter.stats.bind(adapter)),
    close: () => adapter.close(),
    ...(raw && { raw: checked(raw.bind(adapter)) }),
    ...(batch && { batch: checked(batch.bind(adapter)) }),
    ...(changeFeed && { changeFeed: { watch: checkedStream(changeFeed.watch.bind(changeFeed)) } }),
    ...(transaction && { transaction: checkedTransaction(adapter) }),
  };
}

function checkedOperations<N>(operations: DocumentOperations<N>): DocumentOperations<N> {
  const { aggregate, distinct, modifyMany } = operations;
  return {
    get: sameLength('get', checked(operations.get.bind(operations))),
    find: checkedStream(operations.find.bind(operations)),
    count: checked(operations.count.bind(operations)),
    insert: sameLength('insert', checked(operations.insert.bind(operations))),
    modify: sameLength('modify', checked(operations.modify.bind(operations))),
    ...(aggregate && { aggregate: checkedStream(aggregate.bind(operations)) }),
    ...(distinct && { distinct: checked(distinct.bind(operations)) }),
    ...(modifyMany && { modifyMany: checked(modifyMany.bind(operations)) }),
  };
}

function checkedTransaction<N>(adapter: DatabaseAdapter<N>): NonNullable<DatabaseAdapter<N>['transaction']> {
  return (call, body) =>
    asServiceError(() => {
      if (adapter.transaction === undefined)
        throw unsupportedOperation(adapter.type, 'transactions', 'no transactions');
      return adapter.transaction(call, (inside) => body(checkedOperations(inside)));
    });
}

function checked<A extends readonly unknown[], R>(
  method: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return (...args) => asServiceError(() => method(...args));
}

async function asServiceError<R>(run: () => Promise<R>): Promise<R> {
  try {
    return await run();
  } catch (error) {
    throw toServiceError(error);
  }
}

function checkedStream<A extends readonly unknown[], R>(
  method: (...args: A) => AsyncIterable<R>,
): (...args: A) => AsyncIterable<R> {
  return async function* (...args) {
    try {
      yield* method(...args);
    } catch (error) {
      throw toServiceError(error);
    }
  };
}

/** Batch operations answer one outcome per item. */
function sameLength<B, R, Rest extends readonly unknown[]>(
  name: string,
  method: (collection: string, items: readonly B[], ...rest: Rest) => Promise<readonly R[]>,
): (collection: string, items: readonly B[], ...rest: Rest) => Promise<readonly R[]> {
  return async (collection, items, ...rest) => {
    const outcomes = await method(collection, items, ...rest);
    if (outcomes.length === items.length) return outcomes;
    throw new ServiceError(
      'INTERNAL_ERROR',
      `${name} answered ${outcomes.length} outcomes for ${items.length} items`,
    );
  };
}

function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError('DATABASE_ERROR', 'the database failed to answer', {}, error);
}
