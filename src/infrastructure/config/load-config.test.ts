import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { configSchema } from './config-schema.ts';
import { addressesOf } from './database-addresses.ts';
import { listSettings } from './list-settings.ts';
import { loadConfig } from './load-config.ts';

function mistakesOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

function fileOf(yaml: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'config-')), 'config.yaml');
  writeFileSync(path, yaml);
  return path;
}

describe('loadConfig', () => {
  it('needs nothing: SQLite on port 8080', () => {
    const config = loadConfig({});
    expect(config.server.http.port).toBe(8080);
    expect(config.derived).toEqual({ defaultDatabase: 'sqlite', enabledDatabases: ['sqlite'] });
    expect(Object.isFrozen(config.server.http)).toBe(true);
  });

  it('has the same defaults in configs/config.yaml and in the schema', () => {
    const { derived: _, ...config } = loadConfig({});
    expect(config).toEqual(configSchema.parse({}));
  });

  it('reads the kinds of variables', () => {
    const config = loadConfig({
      APP_SERVER_HTTP_PORT: '9000',
      APP_SERVER_HTTP_CORS_ORIGINS: 'https://a.example, https://b.example',
      APP_LIMITS_RATE_LIMIT_ENABLED: 'true',
      APP_LIMITS_REQUEST_TIMEOUT: '5s',
      APP_CASSANDRA_CONTACT_POINTS: 'a:9042,b:9042',
    });
    expect(config.server.http.port).toBe(9000);
    expect(config.server.http.cors_origins).toEqual(['https://a.example', 'https://b.example']);
    expect(config.limits).toMatchObject({ request_timeout: 5000, rate_limit: { enabled: true } });
    expect(config.cassandra).toMatchObject({ enabled: true, contact_points: ['a:9042', 'b:9042'] });
  });

  it('makes MongoDB the default as soon as it has an address', () => {
    const config = loadConfig({ APP_MONGODB_URI: 'mongodb://localhost/documents' });
    expect(config.derived).toEqual({ defaultDatabase: 'mongodb', enabledDatabases: ['mongodb', 'sqlite'] });
  });

  it('does not enable what the environment disables', () => {
    const config = loadConfig({ APP_MONGODB_URI: 'mongodb://localhost', APP_MONGODB_ENABLED: 'false' });
    expect(config.derived.enabledDatabases).toEqual(['sqlite']);
  });

  it('lets a variable win over the chosen file, and that over the base file', () => {
    const file = fileOf('server:\n  http:\n    port: 1111\n    workers: 2\nmysql:\n');
    const config = loadConfig({ APP_CONFIG: file, APP_SERVER_HTTP_PORT: '2222' });
    expect(config.server.http).toMatchObject({ port: 2222, workers: 2, metrics_port: 9091 });
  });

  it('makes an address of its parts', () => {
    const config = loadConfig({
      APP_POSTGRESQL_ENABLED: 'true',
      APP_POSTGRESQL_HOST: 'db',
      APP_POSTGRESQL_USER: 'u',
      APP_POSTGRESQL_PASSWORD: 'p@ss',
    });
    expect(addressesOf(config, 'postgresql')).toEqual(['postgresql://u:p%40ss@db:5432/documents']);
  });

  it('names every mistake of the file, the environment and their combination at once', () => {
    const file = fileOf('sqlite:\n  pth: x\nlimits:\n  request_timeout: fast\nnonsense: 1\n');
    expect(mistakesOf({ APP_CONFIG: file, APP_SERVER_HTTP_PORT: 'http', APP_SERVR_PORT: '1' })).toEqual([
      'APP_SERVR_PORT: no such setting',
      'server.http.port: expected number, received string',
      'sqlite.pth: no such setting',
      'limits.request_timeout: expected a duration such as 500ms, 30s, 5m or 1h',
      'nonsense: no such setting',
    ]);
  });

  it.each([
    ['mongodb.uri: required', { APP_MONGODB_ENABLED: 'true' }],
    ['elasticsearch.addresses: required', { APP_ELASTICSEARCH_ENABLED: 'true' }],
    ['databases.default: mysql is not enabled', { APP_DATABASES_DEFAULT: 'mysql' }],
    ['databases: none is enabled', { APP_SQLITE_ENABLED: 'false' }],
    ['auth.enabled: must be true', { APP_APP_ENVIRONMENT: 'production' }],
    ['auth.api_keys: required', { APP_AUTH_ENABLED: 'true' }],
    ['auth.jwt.issuer: required', { APP_AUTH_ENABLED: 'true', APP_AUTH_JWT_ENABLED: 'true' }],
    ['server.http.metrics_port: the same', { APP_SERVER_HTTP_PORT: '9091' }],
    ['cannot be read', { APP_CONFIG: '/nowhere.yaml' }],
    ['limits.request_timeout: greater', { APP_LIMITS_REQUEST_TIMEOUT: '1h' }],
  ])('refuses: %s', (mistake, environment) => {
    expect(mistakesOf(environment as Record<string, string>).join('\n')).toContain(mistake);
  });

  it('never repeats a value, which may be a secret', () => {
    const mistakes = mistakesOf({
      APP_MONGODB_PORT: 'hunter2',
      APP_AUTH_API_KEYS: 'hunter2',
      APP_X: 'hunter2',
    });
    expect(mistakes).toHaveLength(3);
    expect(mistakes.join()).not.toContain('hunter2');
  });

  it.each(['configs/config_local.yaml', 'configs/config.production.yaml'])('%s has no mistake', (file) => {
    const key = { name: 'ci', role: 'admin', prefix: 'abcdefgh', sha256: 'a'.repeat(64) };
    expect(mistakesOf({ APP_CONFIG: file, APP_AUTH_API_KEYS: JSON.stringify([key]) })).toEqual([]);
  });
});

describe('listSettings', () => {
  it('has a description and a variable of its own for every setting', () => {
    const settings = listSettings();
    expect(settings.filter((setting) => setting.description === '')).toEqual([]);
    expect(new Set(settings.map((setting) => setting.variable)).size).toBe(settings.length);
    expect(settings.find((setting) => setting.variable === 'APP_RAW_QUERY_TIMEOUT')).toMatchObject({
      kind: 'duration',
      byDefault: '10s',
    });
  });
});
