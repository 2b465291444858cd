import type pg from 'pg';
import type { DatabaseCredentials } from '../../../application/ports/database-adapter.ts';
import type { PostgresqlOptions, PostgresqlTls } from './postgresql-options.ts';

/** What the driver needs for one connection. */
export function clientConfig(
  { uri, tls }: PostgresqlOptions,
  credentials: DatabaseCredentials | undefined,
): pg.ClientConfig {
  return {
    connectionString: withCredentials(uri, credentials),
    pipeline: true,
    application_name: 'database-service',
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    ...(tls && { ssl: tlsOptions(tls) }),
  };
}

/** Times leave as UTC in ISO form, doubles in their shortest form, whatever the server's own settings are. */
export function sessionSettings({ statementTimeoutMs = 0 }: PostgresqlOptions): string {
  const timeout = Math.max(0, Math.floor(statementTimeoutMs));
  return `SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 1; SET standard_conforming_strings = on;
    SET bytea_output = 'hex'; SET statement_timeout = ${timeout}; SET idle_in_transaction_session_timeout = 60000`;
}

function withCredentials(uri: string, credentials: DatabaseCredentials | undefined): string {
  if (credentials === undefined) return uri;
  const url = new URL(uri);
  url.username = encodeURIComponent(credentials.username);
  url.password = encodeURIComponent(credentials.password);
  return url.href;
}

function tlsOptions({ verify, ca, cert, key }: PostgresqlTls): Exclude<pg.ClientConfig['ssl'], boolean> {
  return {
    rejectUnauthorized: verify ?? true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
