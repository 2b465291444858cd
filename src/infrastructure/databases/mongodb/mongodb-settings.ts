import type { ParsedConfig } from '../../config/config-schema.ts';
import { addressesOf } from '../../config/database-addresses.ts';
import type { MongodbOptions } from './mongodb-options.ts';

type Section = ParsedConfig['mongodb'];

/** The options that the configuration's section `mongodb` sets. */
export function mongodbOptions(config: ParsedConfig): MongodbOptions {
  const section = config.mongodb;
  const { uri: given, database, pool, user, password } = section;
  const [uri = 'mongodb://localhost:27017'] = addressesOf(config, 'mongodb');
  // An address that is made of the parts holds the user already.
  const apart = given !== undefined && user !== undefined;
  return {
    uri,
    database,
    pool: {
      max: pool.max,
      acquireTimeoutMs: pool.acquire_timeout,
      min: Math.min(pool.min, pool.max),
      maxIdleMs: pool.max_idle,
    },
    ...(apart && { credentials: { username: user, password: password ?? '' } }),
    authSource: section.auth_source,
    readPreference: section.read_preference,
    readConcern: section.read_concern,
    writeConcern: writeConcern(section.write_concern),
    tls: tls(section.tls),
    connectTimeoutMs: section.connect_timeout,
    serverSelectionTimeoutMs: section.server_selection_timeout,
    socketTimeoutMs: section.socket_timeout,
  };
}

function writeConcern(text: Section['write_concern']): MongodbOptions['writeConcern'] {
  if (text === undefined || text === 'majority') return text;
  return Number(text);
}

function tls({ enabled, verify, ca, cert, key }: Section['tls']): MongodbOptions['tls'] {
  return enabled ? { verify, ca, cert, key } : undefined;
}
