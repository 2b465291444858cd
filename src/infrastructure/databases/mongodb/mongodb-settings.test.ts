import { MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../../config/config-schema.ts';
import { clientOptions } from './mongodb-client-options.ts';
import { mongodbOptions } from './mongodb-settings.ts';

const uri = 'mongodb://db1:27017/documents';

/** What the driver makes of a section of the configuration; nothing is connected. */
function driverOptions(section: Readonly<Record<string, unknown>>): MongoClient['options'] {
  const options = mongodbOptions(configSchema.parse({ mongodb: { enabled: true, ...section } }));
  return new MongoClient(options.uri, clientOptions(options, options.credentials)).options;
}

describe('mongodbOptions', () => {
  test('reads and writes go as the section says', () => {
    const options = driverOptions({
      uri,
      read_preference: 'secondaryPreferred',
      read_concern: 'majority',
      write_concern: 2,
    });
    expect(options.readPreference.mode).toBe('secondaryPreferred');
    expect(options.readConcern.level).toBe('majority');
    expect(options.writeConcern.w).toBe(2);
  });

  test('what is unset is as the address says, else safe', () => {
    expect(driverOptions({ uri }).writeConcern.w).toBe('majority');
    expect(driverOptions({ uri }).readPreference.mode).toBe('primary');
    const set = driverOptions({
      uri: `${uri}?w=1&readPreference=nearest&readConcernLevel=local&tls=true`,
    });
    expect(set.writeConcern.w).toBe(1);
    expect(set.readPreference.mode).toBe('nearest');
    expect(set.readConcern.level).toBe('local');
    expect(set.tls).toBe(true);
  });

  test('TLS with an authority and a certificate of our own, checked unless that is turned off', () => {
    expect(driverOptions({ uri }).tls ?? false).toBe(false);
    const checked = driverOptions({ uri, tls: { enabled: true, ca: 'CA', cert: 'CERT', key: 'KEY' } });
    expect(checked).toMatchObject({ tls: true, ca: 'CA', cert: 'CERT', key: 'KEY' });
    expect(checked.rejectUnauthorized).not.toBe(false);
    expect(driverOptions({ uri, tls: { enabled: true, verify: false } }).rejectUnauthorized).toBe(false);
  });

  test('pool and timeouts', () => {
    const options = driverOptions({
      uri,
      pool: { min: 2, max: 7, acquire_timeout: '1s', max_idle: '30s' },
      connect_timeout: '2s',
      server_selection_timeout: '3s',
      socket_timeout: '4s',
    });
    expect(options).toMatchObject({
      minPoolSize: 2,
      maxPoolSize: 7,
      waitQueueTimeoutMS: 1000,
      maxIdleTimeMS: 30_000,
      connectTimeoutMS: 2000,
      serverSelectionTimeoutMS: 3000,
      socketTimeoutMS: 4000,
    });
  });

  test('a user beside the address, and one in an address made of parts', () => {
    const beside = driverOptions({ uri, user: 'ada', password: 'p@ss', auth_source: 'admin' });
    expect(beside.credentials).toMatchObject({ username: 'ada', password: 'p@ss', source: 'admin' });
    const parts = driverOptions({ host: 'db1', user: 'ada', password: 'p@ss', auth_source: 'admin' });
    expect(parts.credentials).toMatchObject({ username: 'ada', password: 'p@ss', source: 'admin' });
    expect(parts.dbName).toBe('documents');
  });

  test('writes that nobody confirms are no setting', () => {
    expect(() => driverOptions({ uri, write_concern: 0 })).toThrow(/majority/);
  });
});
