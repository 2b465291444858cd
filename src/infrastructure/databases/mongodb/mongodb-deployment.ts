import type { Topology } from '../../../application/ports/database-adapter.ts';

/** A standalone server has neither transactions nor change streams. */
export type DeploymentKind = 'standalone' | 'replicaSet' | 'sharded';

const kinds: Readonly<Record<string, DeploymentKind>> = {
  Standalone: 'standalone',
  Mongos: 'sharded',
  LoadBalancer: 'sharded',
  RSPrimary: 'replicaSet',
  RSSecondary: 'replicaSet',
  RSArbiter: 'replicaSet',
};

/** How the driver's names of states read: https://www.mongodb.com/docs/manual/reference/replica-states/ */
const states: Readonly<Record<string, string>> = {
  Standalone: 'standalone',
  Mongos: 'router',
  LoadBalancer: 'load balancer',
  RSPrimary: 'primary',
  RSSecondary: 'secondary',
  RSArbiter: 'arbiter',
  RSGhost: 'starting',
  Unknown: 'unreachable',
};

/** Only what a server is, not how it was connected to: the driver calls a direct connection "single" always. */
interface Servers {
  readonly servers: ReadonlyMap<string, { readonly type: string; readonly address: string }>;
}

/** Undefined until a server has answered. */
export function kindOf(deployment: Servers | undefined): DeploymentKind | undefined {
  for (const { type } of deployment?.servers.values() ?? []) {
    const kind = kinds[type];
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** The servers as plain data; undefined until one has answered. */
export function describeDeployment(deployment: Servers | undefined): Topology | undefined {
  const type = kindOf(deployment);
  if (type === undefined || deployment === undefined) return undefined;
  const servers = [...deployment.servers.values()];
  return {
    type,
    primary: servers.find((server) => server.type === 'RSPrimary')?.address ?? null,
    members: servers.map((server) => ({
      address: server.address,
      state: states[server.type] ?? 'other',
    })),
  };
}
