import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testCall } from '../../../../test/support/test-call.ts';
import { testDocument } from '../../../../test/support/test-document.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { configSchema } from '../../config/config-schema.ts';
import { type CassandraAdapter, createCassandraAdapter } from './cassandra-adapter.ts';
import { CassandraConnection } from './cassandra-connection.ts';
import { CassandraLookups } from './cassandra-lookups.ts';
import type { CassandraOptions } from './cassandra-options.ts';
import { cassandraOptions } from './cassandra-settings.ts';
import { CassandraUniqueKeys } from './cassandra-unique-keys.ts';
import { ChangeClock } from './change-clock.ts';
import { DroppedIndexes } from './dropped-indexes.ts';

const contactPoints = process.env.CASSANDRA_CONTACT_POINTS;
const collection = 'swept';

function indexOf(field: string, more: Partial<IndexDefinition> = {}): IndexDefinition {
  return {
    name: `${field}_1`,
    keys: [{ path: [field], kind: 1 }],
    unique: false,
    sparse: false,
    expireAfterSeconds: undefined,
    partialFilter: undefined,
    ...more,
  };
}

describe.skipIf(contactPoints === undefined)('what Cassandra is rid of', { timeout: 60_000 }, () => {
  let options: CassandraOptions;
  let adapter: CassandraAdapter;
  let direct: CassandraConnection;

  beforeEach(async () => {
    const section = { enabled: true, contact_points: contactPoints?.split(',') ?? [] };
    options = { ...cassandraOptions(configSchema.parse({ cassandra: section })), sweepIntervalMs: 300 };
    adapter = createCassandraAdapter(options);
    direct = new CassandraConnection(options);
    if (await adapter.schema.collectionExists(collection, testCall()))
      await adapter.schema.dropCollection(collection, testCall());
  }, 60_000);
  afterEach(async () => {
    await Promise.all([adapter.close(), direct.close()]);
  });

  const insert = (documents: Readonly<Record<string, JsonObject>>) =>
    adapter.insert(
      collection,
      Object.entries(documents).map(([id, data]) => testDocument(collection, id, data)),
      testCall(),
      { ordered: true },
    );
  const present = async (...ids: string[]) =>
    (await adapter.get(collection, ids, testCall())).map((document) => document?.id);
  const indexIds = async () => {
    const text = `SELECT indexes FROM ${options.keyspace}.collections WHERE part = 'all' AND name = ?`;
    const [row] = await direct.read({ text, values: [collection] }, testCall());
    return (JSON.parse(String(row?.indexes)) as readonly { readonly id: string }[]).map(({ id }) => id);
  };
  const lookupRows = async (indexId: string) => {
    const text = `SELECT id FROM ${options.keyspace}.lookups WHERE index_id = ? AND shard IN (0,1,2,3,4,5,6,7)`;
    return (await direct.read({ text, values: [indexId] }, testCall())).map((row) => String(row.id));
  };
  const uniqueRows = async (indexId: string) => {
    const text = `SELECT id FROM ${options.keyspace}.unique_keys WHERE index_id = ? ALLOW FILTERING`;
    return (await direct.read({ text, values: [indexId] }, testCall())).map((row) => String(row.id));
  };

  it('documents of a TTL index go with their lookups and their unique keys, others stay', async () => {
    await adapter.schema.createIndex(collection, indexOf('at', { expireAfterSeconds: 3600 }), testCall());
    await adapter.schema.createIndex(collection, indexOf('email', { unique: true }), testCall());
    const [ttl = '', unique = ''] = await indexIds();
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    await insert({
      old: { at: at(-2), email: 'old' },
      zoned: { at: at(-30).replace('Z', '+14:00'), email: 'zoned' },
      fresh: { at: at(-0.5), email: 'fresh' },
      number: { at: 1, email: 'number' },
      none: { email: 'none' },
    });
    await expect.poll(() => present('old', 'zoned'), { timeout: 20_000 }).toEqual([undefined, undefined]);
    expect(await present('fresh', 'number', 'none')).toEqual(['fresh', 'number', 'none']);
    await expect.poll(() => lookupRows(ttl), { timeout: 5000 }).not.toContain('old');
    expect((await lookupRows(ttl)).sort()).toEqual(['fresh', 'number']);
    await expect.poll(async () => (await uniqueRows(unique)).sort()).toEqual(['fresh', 'none', 'number']);
    expect(await insert({ another: { email: 'old' } })).toEqual([{ status: 'inserted' }]);
  });

  it('the rows of dropped indexes go once no writer can know of them, those of others stay', async () => {
    for (const field of ['a', 'b'])
      await adapter.schema.createIndex(collection, indexOf(field, { unique: true }), testCall());
    const [a = '', b = ''] = await indexIds();
    await insert({ one: { a: 1, b: 1 }, two: { a: 2, b: 2 } });
    await adapter.schema.dropIndex(collection, 'a_1', testCall());
    const lookups = new CassandraLookups(direct);
    const uniqueKeys = new CassandraUniqueKeys(direct, new ChangeClock(), async () => undefined);
    const dropped = new DroppedIndexes({ connection: direct, lookups, uniqueKeys });
    await dropped.clear(new Date(), testCall());
    expect((await uniqueRows(a)).length).toBe(2);
    await dropped.clear(new Date(Date.now() + 61_000), testCall());
    expect(await uniqueRows(a)).toEqual([]);
    expect(await lookupRows(a)).toEqual([]);
    expect((await uniqueRows(b)).sort()).toEqual(['one', 'two']);
    await adapter.schema.dropCollection(collection, testCall());
    await dropped.clear(new Date(Date.now() + 61_000), testCall());
    expect(await uniqueRows(b)).toEqual([]);
  });
});
