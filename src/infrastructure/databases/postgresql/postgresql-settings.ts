import type { ParsedConfig } from '../../config/config-schema.ts';
import { addressesOf } from '../../config/database-addresses.ts';
import type { PostgresqlOptions } from './postgresql-options.ts';

/** The options that the configuration's section `postgresql` sets. */
export function postgresqlOptions(config: ParsedConfig): PostgresqlOptions {
  const { pool, user, password, uri, tls, statement_timeout } = config.postgresql;
  const [address = 'postgresql://localhost:5432/documents'] = addressesOf(config, 'postgresql');
  const apart = uri !== undefined && user !== undefined;
  return {
    uri: address,
    pool: { max: pool.max, acquireTimeoutMs: pool.acquire_timeout },
    statementTimeoutMs: statement_timeout,
    ...(tls.enabled && { tls }),
    ...(apart && { credentials: { username: user, password: password ?? '' } }),
  };
}
