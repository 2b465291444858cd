import type { GateLimits } from './statement-gate.ts';

/** How the adapter reaches the cluster and what it asks of it. */
export interface CassandraOptions {
  /** `host:port` of the nodes to start from; the driver finds the others. */
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  readonly keyspace: string;
  readonly credentials?: CassandraCredentials;
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly rejectUnauthorized: boolean;
  };
  /** Undefined: the keyspace has to exist already. Else it is made with this replication where it is missing. */
  readonly replication: Readonly<Record<string, string | number>> | undefined;
  readonly consistency: {
    readonly read: CassandraConsistency;
    readonly write: CassandraConsistency;
    readonly serial: 'serial' | 'localSerial';
  };
  readonly connectionsPerNode: number;
  readonly statements: GateLimits;
  readonly connectTimeoutMs: number;
  /** How long Cassandra keeps tombstones of documents: longer than between two repairs of the cluster. */
  readonly tombstoneSeconds: number;
  readonly changeFeed: {
    readonly enabled: boolean;
    readonly keepSeconds: number;
    /** How far the feed stays behind, milliseconds: more than clocks of our processes differ and a write lasts. */
    readonly delayMs: number;
  };
  /** How often documents of TTL indexes are looked for, milliseconds; 0: never. */
  readonly sweepIntervalMs: number;
}

export interface CassandraCredentials {
  readonly username: string;
  readonly password: string;
}

export type CassandraConsistency =
  | 'one'
  | 'two'
  | 'quorum'
  | 'all'
  | 'localQuorum'
  | 'eachQuorum'
  | 'localOne';
