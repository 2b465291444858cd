import type { DatabaseType } from '../../../domain/database-type.ts';
import type { Call } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Databases } from '../../ports/databases.ts';
import type { Connectivity, ServiceStatus } from '../../ports/service-status.ts';
import { checkDatabase } from './check-database.ts';

export interface ServiceHealth {
  /** `degraded`: the default database answers, another one does not. */
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly databases: Readonly<Partial<Record<DatabaseType, 'connected' | 'disconnected'>>>;
  readonly cache: Connectivity;
  readonly messaging: Connectivity;
}

/** Asks every configured database and server at once. */
export async function checkService(
  parts: { readonly databases: Databases; readonly status: ServiceStatus; readonly clock: Clock },
  call: Call,
): Promise<ServiceHealth> {
  const { databases, status, clock } = parts;
  const [cache, messaging, ...checked] = await Promise.all([
    status.cache(),
    status.messaging(),
    ...databases.configured.map((type) => checkDatabase(databases, type, call)),
  ]);
  const byType = databases.configured.map(
    (type, index) => [type, checked[index]?.status ?? 'disconnected'] as const,
  );
  const defaultIsUp = byType.some(([type, state]) => type === databases.default && state === 'connected');
  const allUp = byType.every(([, state]) => state === 'connected');
  return {
    status: defaultIsUp ? (allUp ? 'healthy' : 'degraded') : 'unhealthy',
    version: status.version,
    uptimeSeconds: Math.max(0, Math.floor((clock.now() - status.startedAt) / 1000)),
    databases: Object.fromEntries(byType),
    cache,
    messaging,
  };
}
