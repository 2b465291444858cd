import type { ParsedConfig } from '../../config/config-schema.ts';
import { addressesOf } from '../../config/database-addresses.ts';
import type { ElasticsearchOptions } from './elasticsearch-options.ts';

/** The options that the configuration's section `elasticsearch` sets. */
export function elasticsearchOptions(config: ParsedConfig): ElasticsearchOptions {
  const section = config.elasticsearch;
  const addresses = addressesOf(config, 'elasticsearch');
  const { user, password, database, pool } = section;
  return {
    addresses: addresses.length > 0 ? addresses : ['http://localhost:9200'],
    prefix: database,
    connections: pool.max,
    ...(section.addresses.length > 0 &&
      user !== undefined && { auth: { username: user, password: password ?? '' } }),
  };
}
