import type { ParsedConfig } from '../../config/config-schema.ts';
import { addressesOf } from '../../config/database-addresses.ts';
import type { CassandraOptions } from './cassandra-options.ts';

/** The pool is counted in connections; one of Cassandra's carries many statements. */
const statementsPerConnection = 8;
const waitingStatements = 10_000;

/** The options that the configuration's section `cassandra` sets. */
export function cassandraOptions(config: ParsedConfig): CassandraOptions {
  const { cassandra } = config;
  const { user, password, tls, change_feed: feed } = cassandra;
  const contactPoints = addressesOf(config, 'cassandra');
  return {
    contactPoints: contactPoints.length > 0 ? contactPoints : [`localhost:${cassandra.port}`],
    localDataCenter: cassandra.local_datacenter,
    keyspace: cassandra.database,
    ...(user !== undefined && { credentials: { username: user, password: password ?? '' } }),
    ...(tls.enabled && {
      tls: {
        rejectUnauthorized: tls.verify,
        ...(tls.ca !== undefined && { ca: tls.ca }),
        ...(tls.cert !== undefined && { cert: tls.cert }),
        ...(tls.key !== undefined && { key: tls.key }),
      },
    }),
    replication: cassandra.create_keyspace
      ? { class: 'NetworkTopologyStrategy', [cassandra.local_datacenter]: cassandra.replication_factor }
      : undefined,
    consistency: {
      read: cassandra.consistency.read,
      write: cassandra.consistency.write,
      serial: cassandra.consistency.serial,
    },
    connectionsPerNode: Math.min(cassandra.pool.max, 2),
    statements: {
      atOnce: cassandra.pool.max * statementsPerConnection,
      waiting: waitingStatements,
      waitMs: cassandra.pool.acquire_timeout,
    },
    connectTimeoutMs: cassandra.pool.acquire_timeout,
    tombstoneSeconds: Math.ceil(cassandra.tombstone_age / 1000),
    changeFeed: {
      enabled: feed.enabled,
      keepSeconds: Math.max(60, Math.ceil(feed.keep / 1000)),
      delayMs: feed.delay,
    },
    sweepIntervalMs: cassandra.sweep_interval,
  };
}
