import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { configSchema } from '../../src/infrastructure/config/config-schema.ts';
import { CassandraConnection } from '../../src/infrastructure/databases/cassandra/cassandra-connection.ts';
import type { CassandraOptions } from '../../src/infrastructure/databases/cassandra/cassandra-options.ts';
import { cassandraOptions } from '../../src/infrastructure/databases/cassandra/cassandra-settings.ts';
import { lookupKey } from '../../src/infrastructure/databases/cassandra/lookup-keys.ts';
import { createIndex, findAll, findIds, insertAll } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository, testDatabases } from '../support/test-databases.ts';

const database = testDatabases.find(({ type }) => type === 'cassandra');
const collection = 'tombstones';
/** As Cassandra comes, a read of one partition gives up behind 100,000. */
const tooMany = 110_000;

/** What a long history of updates and removals leaves in the tables, written as the adapter writes it. */
describe.skipIf(database === undefined)('tombstones in Cassandra', { timeout: 180_000 }, () => {
  let repository: DocumentRepository;
  let direct: CassandraConnection;
  let options: CassandraOptions;
  let table = '';
  let indexId = '';

  beforeAll(async () => {
    if (database === undefined) return;
    options = cassandraOptions(configSchema.parse({ cassandra: { enabled: true, ...database.settings } }));
    direct = new CassandraConnection(options);
    repository = await openTestRepository(database);
    if (await repository.collectionExists(collection, testCall()))
      await repository.dropCollection(collection, testCall());
    await createIndex(repository, collection, { n: 1 });
    await insertAll(
      repository,
      collection,
      Array.from({ length: 5 }, (_, n) => ({ _id: `d${n}`, n: n * 30_000 })),
    );
    const text = `SELECT table_name, indexes FROM ${options.keyspace}.collections WHERE part = 'all' AND name = ?`;
    const [row] = await direct.read({ text, values: [collection] }, testCall());
    table = String(row?.table_name);
    indexId = (JSON.parse(String(row?.indexes)) as readonly { readonly id: string }[])[0]?.id ?? '';
  }, 60_000);
  afterAll(async () => {
    if (repository === undefined) return;
    await repository.dropCollection(collection, testCall());
    await repository.close();
    await direct.close();
  });

  const inBatches = async (text: string, rows: readonly (readonly unknown[])[], size: number) => {
    const batches = Array.from({ length: Math.ceil(rows.length / size) }, (_, at) =>
      rows.slice(at * size, (at + 1) * size).map((values) => ({ text, values })),
    );
    const entries = batches.values();
    const work = async () => {
      for (const batch of entries) await direct.batch(batch, testCall(60_000), { logged: false });
    };
    await Promise.all([work(), work(), work(), work()]);
  };
  const dropLookups = (count: number, shard: number) => {
    const text = `DELETE FROM ${options.keyspace}.lookups USING TIMESTAMP ? WHERE index_id = ? AND shard = ? AND key = ? AND id = ?`;
    const stamp = String((Date.now() - 60_000) * 1000);
    const rows = Array.from({ length: count }, (_, n) => [stamp, indexId, shard, lookupKey(n), `gone${n}`]);
    return inBatches(text, rows, 500);
  };

  it('20,000 removed documents are read past', async () => {
    const text = `DELETE FROM ${options.keyspace}.${table} WHERE id = ?`;
    await inBatches(
      text,
      Array.from({ length: 20_000 }, (_, n) => [`gone${n}`]),
      50,
    );
    await dropLookups(20_000, 0);
    const all = ['d0', 'd1', 'd2', 'd3', 'd4'];
    expect(await findIds(repository, collection, {})).toEqual(all);
    expect((await findAll(repository, collection, {}, {}, { limit: 2 })).length).toBe(2);
    expect(await findIds(repository, collection, { n: { $gte: 0 } })).toEqual(all);
    expect(await findIds(repository, collection, { n: 30_000 })).toEqual(['d1']);
    expect(await repository.count(collection, { kind: 'everything' }, testCall())).toBe(5);
  });

  it('an index with more tombstones than Cassandra reads past is answered from the documents', async () => {
    await dropLookups(tooMany, 3);
    await expect(
      direct.read(
        {
          text: `SELECT id FROM ${options.keyspace}.lookups WHERE index_id = ? AND shard = 3`,
          values: [indexId],
        },
        testCall(),
      ),
    ).rejects.toMatchObject({ code: 'DATABASE_ERROR' });
    expect(await findIds(repository, collection, { n: { $gte: 0 } })).toEqual(['d0', 'd1', 'd2', 'd3', 'd4']);
    expect(await findIds(repository, collection, { n: 60_000 })).toEqual(['d2']);
  });
});
