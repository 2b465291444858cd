import type { DatabaseAdapter } from '../../application/ports/database-adapter.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import { errorStatus, ServiceError } from '../../domain/errors.ts';
import { type Interceptor, intercept } from '../databases/intercept.ts';

/** Counts and times every operation of an adapter, streams until their last document. */
export function withTelemetry<N>(adapter: DatabaseAdapter<N>, metrics: Metrics): DatabaseAdapter<N> {
  return intercept(adapter, observer(adapter.type, metrics));
}

function observer(database: string, metrics: Metrics): Interceptor {
  const record = (operation: string, collection: string, startedAt: number, failure: unknown) =>
    metrics.databaseOperation({
      database,
      operation,
      collection,
      status: failure !== undefined && isDatabaseFault(failure) ? 'error' : 'ok',
      seconds: (performance.now() - startedAt) / 1000,
    });
  return {
    promise(operation, collection, run) {
      const startedAt = performance.now();
      return run().then(
        (result) => {
          record(operation, collection, startedAt, undefined);
          return result;
        },
        (error: unknown) => {
          record(operation, collection, startedAt, error);
          throw error;
        },
      );
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
