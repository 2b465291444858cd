import type { DatabaseAdapter } from '../../application/ports/database-adapter.ts';
import { ServiceError } from '../../domain/errors.ts';
import { type Interceptor, intercept } from './intercept.ts';

/**
 * The contract that runs: wraps an adapter so that whatever leaves it is what `DatabaseAdapter` promises. A rejection
 * that is no `ServiceError` becomes DATABASE_ERROR (the original as its cause, for the log only), and an answer with
 * more or fewer outcomes than it was given items is a bug that is told at once.
 */
export function withContract<N>(adapter: DatabaseAdapter<N>): DatabaseAdapter<N> {
  return { ...intercept(adapter, onlyServiceErrors), ...countedOutcomes(adapter) };
}

const onlyServiceErrors: Interceptor = {
  async promise(_operation, _collection, run) {
    try {
      return await run();
    } catch (error) {
      throw toServiceError(error);
    }
  },
  async *stream(_operation, _collection, run) {
    try {
      yield* run();
    } catch (error) {
      throw toServiceError(error);
    }
  },
};

function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError('DATABASE_ERROR', 'the database failed to answer', {}, error);
}

/** The hot operations: one asynchronous function around each. */
function countedOutcomes<N>(
  adapter: DatabaseAdapter<N>,
): Pick<DatabaseAdapter<N>, 'get' | 'insert' | 'modify'> {
  return {
    get: (collection, ids, call) => counted('get', ids, () => adapter.get(collection, ids, call)),
    insert: (collection, documents, call, options) =>
      counted('insert', documents, () => adapter.insert(collection, documents, call, options)),
    modify: (collection, modifications, call, options) =>
      counted('modify', modifications, () => adapter.modify(collection, modifications, call, options)),
  };
}

async function counted<O>(
  operation: string,
  items: readonly unknown[],
  run: () => Promise<readonly O[]>,
): Promise<readonly O[]> {
  let outcomes: readonly O[];
  try {
    outcomes = await run();
  } catch (error) {
    throw toServiceError(error);
  }
  if (outcomes.length === items.length) return outcomes;
  const message = `${operation} answered ${outcomes.length} outcomes for ${items.length} items`;
  throw new ServiceError('INTERNAL_ERROR', message);
}
