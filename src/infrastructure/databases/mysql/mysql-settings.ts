import type { ParsedConfig } from '../../config/config-schema.ts';
import { addressesOf } from '../../config/database-addresses.ts';
import type { MysqlOptions } from './mysql-options.ts';

/** The options that the configuration's section sets. */
export function mysqlOptions(config: ParsedConfig, type: 'mysql' | 'vitess'): MysqlOptions {
  const { pool, user, password, uri: given, tls, statement_timeout } = config[type];
  const [uri = `mysql://localhost:${type === 'mysql' ? 3306 : 15_306}/documents`] = addressesOf(config, type);
  return {
    uri,
    pool: { max: pool.max, acquireTimeoutMs: pool.acquire_timeout },
    statementTimeoutMs: statement_timeout,
    ...(tls.enabled && { tls }),
    ...(given !== undefined &&
      user !== undefined && { credentials: { username: user, password: password ?? '' } }),
  };
}
