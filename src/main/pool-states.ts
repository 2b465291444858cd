import type { ConfiguredDatabases } from '../infrastructure/databases/configured-databases.ts';
import type { PoolState } from '../infrastructure/telemetry/prometheus-metrics.ts';

const patienceMs = 1000;

/** The pools of the databases that are open; one that does not answer at once is left out. */
export async function poolStates(databases: ConfiguredDatabases): Promise<readonly PoolState[]> {
  const signal = AbortSignal.timeout(patienceMs);
  const call = { signal, requestId: 'metrics', deadline: Date.now() + patienceMs };
  const states = await Promise.allSettled(
    (await databases.open()).map(async (repository) => {
      const { connections } = await Promise.race([repository.ping(call), aborted(signal)]);
      return { database: repository.database, ...connections };
    }),
  );
  return states.flatMap((state) => (state.status === 'fulfilled' ? [state.value] : []));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
