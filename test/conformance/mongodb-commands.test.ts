import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { createMongodbAdapter } from '../../src/infrastructure/databases/mongodb/mongodb-adapter.ts';
import { createIndex, findIds, insertAll } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository } from '../support/test-databases.ts';

const uri = process.env.MONGODB_URI ?? '';
const name = 'mongodb_commands';

/** MongoDB's own commands, and the connection. */
describe.skipIf(uri === '')('mongodb', () => {
  let repository: DocumentRepository;

  beforeAll(async () => {
    repository = await openTestRepository({ type: 'mongodb', settings: { uri } });
    await repository.deleteMany(name, { kind: 'everything' }, testCall());
  });
  afterAll(() => repository.close());

  test('raw commands are of the allow-list, read-only unless writes are allowed, with bound values', async () => {
    await insertAll(repository, name, [
      { _id: 'a', n: 1 },
      { _id: 'b', n: 2 },
    ]);
    const run = (query: JsonObject, params: readonly Json[] = [], allowWrites = false) =>
      repository.raw({ query, params, allowWrites, maxRows: 1 }, testCall());
    expect((await run({ find: name, filter: { n: { $param: 1 } } }, [2])).rows).toMatchObject([
      { _id: 'b', n: 2 },
    ]);
    expect((await run({ find: name })).rows).toHaveLength(1);
    expect((await run({ count: name })).rows).toMatchObject([{ n: 2 }]);
    await expect(run({ insert: name, documents: [{ _id: 'c' }] })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
    await expect(run({ aggregate: name, pipeline: [{ $out: 'x' }], cursor: {} })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
    await expect(run({ shutdown: 1 })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(run({ find: name, filter: { $where: '1' } })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    await expect(run({ find: name, filter: { n: { $param: 1 } } }, [{ $gt: 0 }])).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect((await run({ insert: name, documents: [{ _id: 'c' }] }, [], true)).rows).toMatchObject([{ n: 1 }]);
  });

  test('TTL indexes remove by texts of dates too', async () => {
    const adapter = createMongodbAdapter({ uri, ttlSweepMs: 50 });
    const ttl = 'mongodb_ttl';
    await repository.deleteMany(ttl, { kind: 'everything' }, testCall());
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    await insertAll(repository, ttl, [
      { _id: 'old', at: hourAgo },
      { _id: 'young', at: new Date().toISOString() },
      { _id: 'no date', at: '0' },
    ]);
    await createIndex(repository, ttl, { at: 1 }, { expire_after_seconds: 60 });
    await adapter.ping(testCall());
    await expect.poll(() => findIds(repository, ttl, {}), { timeout: 5000 }).toEqual(['no date', 'young']);
    await adapter.close();
  });

  test('a server that is not there is CONNECTION_ERROR, and wrong credentials change nothing', async () => {
    const nowhere = createMongodbAdapter({ uri: 'mongodb://127.0.0.1:1/', serverSelectionTimeoutMs: 200 });
    await expect(nowhere.ping(testCall())).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await nowhere.close();
    const adapter = createMongodbAdapter({ uri, drainMs: 10 });
    expect((await adapter.ping(testCall())).connections.max).toBe(20);
    await expect(adapter.get(name, ['x'], { ...testCall(), deadline: Date.now() - 1 })).rejects.toMatchObject(
      { code: 'QUERY_TIMEOUT' },
    );
    await expect(adapter.reconnect({ username: 'nobody', password: 'x' })).rejects.toMatchObject({
      code: 'CONNECTION_ERROR',
    });
    expect((await adapter.ping(testCall())).latencyMs).toBeGreaterThan(0);
    await adapter.close();
  });
});
