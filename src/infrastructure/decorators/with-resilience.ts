import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { DatabaseAdapter } from '../../application/ports/database-adapter.ts';
import { ServiceError } from '../../domain/errors.ts';
import { type Interceptor, intercept } from '../databases/intercept.ts';

const failuresBeforeOpen = 5;
const halfOpenAfterMs = 2000;

/**
 * A circuit breaker around a database: after five CONNECTION_ERRORs in a row, calls fail at once with CONNECTION_ERROR
 * instead of each waiting for its own timeout, and every two seconds one call is let through to see whether it is back.
 */
export function withResilience<N>(
  adapter: DatabaseAdapter<N>,
  onStateChange: (state: 'closed' | 'open' | 'half_open') => void,
): DatabaseAdapter<N> {
  const breaker = circuitBreaker(handleWhen(isConnectionError), {
    halfOpenAfter: halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(failuresBeforeOpen),
  });
  breaker.onStateChange((state) => onStateChange(stateName(state)));
  const guarded: Interceptor = {
    async promise(_operation, _collection, run) {
      try {
        return await breaker.execute(run);
      } catch (error) {
        throw error instanceof BrokenCircuitError ? unreachable(adapter.type, error) : error;
      }
    },
    async *stream(operation, collection, run) {
      const stream = run()[Symbol.asyncIterator]();
      const first = await guarded.promise(operation, collection, () => stream.next());
      if (first.done) return;
      try {
        yield first.value;
        yield* { [Symbol.asyncIterator]: () => stream };
      } finally {
        await stream.return?.();
      }
    },
  };
  const { transaction } = adapter;
  return {
    ...intercept(adapter, guarded),
    // What runs inside was let through with it: asked again, a probe of the half-open circuit would wait for itself.
    ...(transaction && {
      transaction: (call, body) => guarded.promise('transaction', '', () => transaction(call, body)),
    }),
  };
}

/** Also where it ended a transaction: then it is the cause. */
function isConnectionError(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return false;
  if (error.code === 'TRANSACTION_FAILED') return isConnectionError(error.cause);
  return error.code === 'CONNECTION_ERROR';
}

function unreachable(database: string, cause: Error): ServiceError {
  return new ServiceError(
    'CONNECTION_ERROR',
    `${database} cannot be reached`,
    { database, circuit: 'open' },
    cause,
  );
}

function stateName(state: CircuitState): 'closed' | 'open' | 'half_open' {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half_open' : 'open';
}
