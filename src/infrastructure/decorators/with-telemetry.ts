import type { DatabaseAdapter, DocumentOperations } from '../../application/ports/database-adapter.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import { errorStatus, ServiceError } from '../../domain/errors.ts';

/** Counts and times every operation of an adapter, streams until their last document. */
export function withTelemetry<N>(adapter: DatabaseAdapter<N>, metrics: Metrics): DatabaseAdapter<N> {
  const observe = observer(adapter.type, metrics);
  const { transaction, batch, raw } = adapter;
  return {
    ...adapter,
    ...observedOperations(adapter, observe),
    ...(transaction && {
      transaction: (call, body) =>
        observe.promise('transaction', '', () =>
          transaction(call, (inside) => body(observedOperations(inside, observe))),
        ),
    }),
    ...(batch && {
      batch: (operations, call) => observe.promise('batch', '', () => batch(operations, call)),
    }),
    ...(raw && { raw: (command, call) => observe.promise('raw', '', () => raw(command, call)) }),
  };
}

interface Observer {
  promise<R>(operation: string, collection: string, run: () => Promise<R>): Promise<R>;
  stream<R>(operation: string, collection: string, run: () => AsyncIterable<R>): AsyncIterable<R>;
}

function observedOperations<N>(inner: DocumentOperations<N>, observe: Observer): DocumentOperations<N> {
  const { aggregate, distinct, modifyMany } = inner;
  return {
    get: (name, ids, call) => observe.promise('get', name, () => inner.get(name, ids, call)),
    find: (name, query, call) => observe.stream('find', name, () => inner.find(name, query, call)),
    count: (name, where, call) => observe.promise('count', name, () => inner.count(name, where, call)),
    insert: (name, documents, call, options) =>
      observe.promise('insert', name, () => inner.insert(name, documents, call, options)),
    modify: (name, modifications, call, options) =>
      observe.promise('modify', name, () => inner.modify(name, modifications, call, options)),
    ...(aggregate && {
      aggregate: (name, native, call) =>
        observe.stream('aggregate', name, () => aggregate(name, native, call)),
    }),
    ...(distinct && {
      distinct: (name, path, where, call) =>
        observe.promise('distinct', name, () => distinct(name, path, where, call)),
    }),
    ...(modifyMany && {
      modifyMany: (name, where, change, call) =>
        observe.promise('modify_many', name, () => modifyMany(name, where, change, call)),
    }),
  };
}

function observer(database: string, metrics: Metrics): Observer {
  const record = (operation: string, collection: string, startedAt: number, failure: unknown) =>
    metrics.databaseOperation({
      database,
      operation,
      collection,
      status: failure !== undefined && isDatabaseFault(failure) ? 'error' : 'ok',
      seconds: (performance.now() - startedAt) / 1000,
    });
  return {
    async promise(operation, collection, run) {
      const startedAt = performance.now();
      let failure: unknown;
      try {
        return await run();
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        record(operation, collection, startedAt, failure);
      }
    },
    async *stream(operation, collection, run) {
      const startedAt = performance.now();
      let failure: unknown;
      try {
        yield* run();
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        record(operation, collection, startedAt, failure);
      }
    },
  };
}

/** A request that the database rightly refuses (a duplicate key, an unknown index) is no fault of it. */
function isDatabaseFault(error: unknown): boolean {
  return !(error instanceof ServiceError) || errorStatus[error.code] >= 500;
}
