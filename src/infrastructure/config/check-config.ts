import {
  type DatabaseType,
  databaseTypes,
  isEmbedded,
  type ServerDatabase,
} from '../../domain/database-type.ts';
import type { ParsedConfig } from './config-schema.ts';
import { addressesOf } from './database-addresses.ts';

/** Mistakes between settings that are right one by one. */
export function checkConfig(config: ParsedConfig): readonly string[] {
  return [...databaseMistakes(config), ...authMistakes(config), ...limitMistakes(config)];
}

/** The enabled databases in the order of `databaseTypes`. */
export function enabledDatabases(config: ParsedConfig): readonly DatabaseType[] {
  return databaseTypes.filter((type) => config[type].enabled);
}

/** `mongodb` when it is there, else the embedded one, else whatever there is. */
export function defaultDatabase(config: ParsedConfig): DatabaseType {
  const enabled = enabledDatabases(config);
  const usual = (['mongodb', 'sqlite'] as const).find((type) => enabled.includes(type));
  return config.databases.default ?? usual ?? enabled[0] ?? 'sqlite';
}

function databaseMistakes(config: ParsedConfig): readonly string[] {
  const enabled = enabledDatabases(config);
  const chosen = defaultDatabase(config);
  const choice = enabled.includes(chosen) ? [] : [`databases.default: ${chosen} is not enabled`];
  const none = enabled.length === 0 ? ['databases: none is enabled'] : choice;
  return [...none, ...enabled.flatMap((type) => addressMistakes(config, type))];
}

/** Which key of a section holds its one address. */
const addressKey = {
  mongodb: 'uri',
  postgresql: 'uri',
  mysql: 'uri',
  vitess: 'uri',
  cassandra: 'contact_points',
  elasticsearch: 'addresses',
} as const satisfies Readonly<Record<ServerDatabase, string>>;

function addressMistakes(config: ParsedConfig, type: DatabaseType): readonly string[] {
  if (isEmbedded(type)) return [];
  return addressesOf(config, type).length > 0
    ? []
    : [`${type}.${addressKey[type]}: required when ${type} is enabled, or ${type}.host`];
}

function authMistakes({ app, auth }: ParsedConfig): readonly string[] {
  if (!auth.enabled) {
    return app.environment === 'production'
      ? ['auth.enabled: must be true when app.environment is production']
      : [];
  }
  const mistakes: string[] = [];
  if (auth.api_keys.length === 0 && !auth.jwt.enabled) {
    mistakes.push('auth.api_keys: required when auth is enabled, or auth.jwt');
  }
  if (new Set(auth.api_keys.map((key) => key.prefix)).size < auth.api_keys.length) {
    mistakes.push('auth.api_keys: two keys have the same prefix');
  }
  return [...mistakes, ...jwtMistakes(auth.jwt)];
}

function jwtMistakes(jwt: ParsedConfig['auth']['jwt']): readonly string[] {
  if (!jwt.enabled) return [];
  const required = (['issuer', 'audience'] as const)
    .filter((key) => jwt[key] === undefined)
    .map((key) => `auth.jwt.${key}: required when auth.jwt is enabled`);
  const oneKey = (jwt.jwks_url === undefined) !== (jwt.public_key === undefined);
  return oneKey
    ? required
    : [...required, 'auth.jwt.jwks_url: exactly one of jwks_url and public_key is required'];
}

function limitMistakes({ limits, server }: ParsedConfig): readonly string[] {
  const { port, metrics_port, metrics_enabled } = server.http;
  const samePort = metrics_enabled && port === metrics_port && port !== 0;
  return [
    ...(limits.request_timeout > limits.max_request_timeout
      ? ['limits.request_timeout: greater than limits.max_request_timeout']
      : []),
    ...(samePort ? ['server.http.metrics_port: the same as server.http.port'] : []),
  ];
}
