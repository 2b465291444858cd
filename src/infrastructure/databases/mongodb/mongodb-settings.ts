import type { ParsedConfig } from '../../config/config-schema.ts';
import { addressesOf } from '../../config/database-addresses.ts';
import type { MongodbOptions } from './mongodb-options.ts';

/** The options that the configuration's section `mongodb` sets. */
export function mongodbOptions(config: ParsedConfig): MongodbOptions {
  const { database, pool, user, password } = config.mongodb;
  const [uri = 'mongodb://localhost:27017'] = addressesOf(config, 'mongodb');
  const inAddress = config.mongodb.uri === undefined;
  return {
    uri,
    database,
    pool: { max: pool.max, acquireTimeoutMs: pool.acquire_timeout },
    ...(!inAddress && user !== undefined && { credentials: { username: user, password: password ?? '' } }),
  };
}
