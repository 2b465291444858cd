import type { DatabaseType } from '../../../domain/database-type.ts';
import type { Call } from '../../ports/call.ts';
import type { Health } from '../../ports/database-adapter.ts';
import type { Databases } from '../../ports/databases.ts';

export type DatabaseHealth =
  | ({ readonly status: 'connected' } & Health)
  | { readonly status: 'disconnected'; readonly reason: unknown };

/** Whether a database answers; never rejects. The call's deadline bounds it even when connecting hangs. */
export async function checkDatabase(
  databases: Databases,
  type: DatabaseType,
  call: Call,
): Promise<DatabaseHealth> {
  try {
    const answered = databases.repository(type).then((repository) => repository.ping(call));
    return { status: 'connected', ...(await Promise.race([answered, aborted(call.signal)])) };
  } catch (reason) {
    return { status: 'disconnected', reason };
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
