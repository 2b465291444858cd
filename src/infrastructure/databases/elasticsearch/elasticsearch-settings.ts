import type { ParsedConfig } from '../../config/config-schema.ts';
import { addressesOf } from '../../config/database-addresses.ts';
import type { ElasticsearchAuth, ElasticsearchOptions } from './elasticsearch-options.ts';

/** The options that the configuration's section `elasticsearch` sets. */
export function elasticsearchOptions(config: ParsedConfig): ElasticsearchOptions {
  const { database, pool, tls, refresh, shards, replicas, ...section } = config.elasticsearch;
  const addresses = addressesOf(config, 'elasticsearch');
  return {
    addresses: addresses.length > 0 ? addresses : ['http://localhost:9200'],
    prefix: database.toLowerCase(),
    connections: pool.max,
    auth: authOf(section),
    tls,
    refresh,
    shards,
    replicas,
    changeAge: section.change_age,
    sweepInterval: section.sweep_interval,
  };
}

/** Undefined: what the addresses say. */
function authOf(section: {
  readonly api_key?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}): ElasticsearchAuth | undefined {
  const { api_key: apiKey, user, password } = section;
  if (apiKey !== undefined) return { apiKey };
  return user === undefined ? undefined : { username: user, password: password ?? '' };
}
