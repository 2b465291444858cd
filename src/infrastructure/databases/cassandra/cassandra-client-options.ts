import { type ClientOptions, policies, types } from 'cassandra-driver';
import type { CassandraConsistency, CassandraCredentials, CassandraOptions } from './cassandra-options.ts';

const firstReconnectMs = 200;
const longestReconnectMs = 5000;

/** How the driver is set up. */
export function clientOptions(
  options: CassandraOptions,
  credentials: CassandraCredentials | undefined,
): ClientOptions {
  const { tls, connectionsPerNode } = options;
  return {
    contactPoints: [...options.contactPoints],
    localDataCenter: options.localDataCenter,
    ...(credentials && { credentials: { ...credentials } }),
    ...(tls && { sslOptions: { ...tls } }),
    maxPrepared: 5000,
    encoding: { useUndefinedAsUnset: false },
    pooling: {
      coreConnectionsPerHost: {
        [types.distance.local]: connectionsPerNode,
        [types.distance.remote]: 1,
      },
    },
    policies: {
      // The driver's own would let a node that was away for long wait for ten minutes.
      reconnection: new policies.reconnection.ExponentialReconnectionPolicy(
        firstReconnectMs,
        longestReconnectMs,
        true,
      ),
    },
    queryOptions: {
      serialConsistency: consistencyOf(options.consistency.serial),
    },
    socketOptions: { connectTimeout: options.connectTimeoutMs, tcpNoDelay: true },
  };
}

export function consistencyOf(
  name: CassandraConsistency | CassandraOptions['consistency']['serial'],
): types.consistencies {
  return types.consistencies[name];
}
