import { beforeEach, describe, expect, it } from 'vitest';
import { sql } from '../sql/sql-fragment.ts';
import { createSqliteAdapter } from './sqlite-adapter.ts';
import { call, document, eachTestDatabase, increment, index } from './sqlite-test-database.ts';

const database = eachTestDatabase();

describe('writes', () => {
  it('of 64 writers to one document are all counted', async () => {
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        for (let i = 0; i < 10; i++)
          await database.adapter.modify('c', [increment('one')], call(), { ordered: true });
      }),
    );
    const [found] = await database.adapter.get('c', ['one'], call());
    expect(found?.data.value).toEqual({ n: 640 });
    expect(found?.version).toBe(640);
    expect(await database.adapter.schema.estimatedCount('c', call())).toBe(1);
  });

  it('of two processes on one file are all counted', async () => {
    const second = createSqliteAdapter({ path: database.path });
    await Promise.all(
      [database.adapter, second].map(async (one) => {
        for (let i = 0; i < 50; i++) await one.modify('c', [increment('one')], call(), { ordered: true });
      }),
    );
    expect((await database.adapter.get('c', ['one'], call()))[0]?.data.value).toEqual({ n: 100 });
    await second.schema.createIndex('c', index('n', { keys: [{ path: ['n'], kind: 1 }] }), call());
    expect(await database.adapter.schema.listIndexes('c', call())).toHaveLength(1);
    await second.close();
  });

  it('of a transaction that fails or is abandoned leave nothing, and others go on', async () => {
    const transaction = database.adapter.transaction;
    if (transaction === undefined) throw new TypeError('SQLite has transactions');
    await expect(
      transaction(call(), async (operations) => {
        await operations.insert('c', [document('x', {})], call(), { ordered: true });
        expect(await operations.count('c', undefined, call())).toBe(1);
        throw new RangeError('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    const stopped = AbortSignal.timeout(50);
    await expect(transaction(call(stopped), () => new Promise(() => undefined))).rejects.toThrow();
    await database.adapter.insert('c', [document('y', {})], call(), { ordered: true });
    expect(await database.adapter.count('c', undefined, call())).toBe(1);
    expect(await database.adapter.schema.estimatedCount('c', call())).toBe(1);
  });
});

describe('reads', () => {
  beforeEach(async () => {
    const documents = Array.from({ length: 20_000 }, (_, n) => document(`d${n}`, { n, a: [n] }));
    await database.adapter.insert('c', documents, call(), { ordered: true });
  });

  it('end at the deadline and when nobody waits', async () => {
    const context = { collection: 'c', indexes: [] };
    const slow = database.adapter.dialect.leaf(
      { kind: 'regex', path: ['a'], pattern: 'x', flags: '' },
      context,
    )?.native;
    const where = database.adapter.dialect.and(
      Array.from({ length: 40 }, () => slow ?? sql`TRUE`).map(database.adapter.dialect.not),
    );
    await expect(database.adapter.count('c', where, call(undefined, 30))).rejects.toMatchObject({
      code: 'QUERY_TIMEOUT',
    });
    await expect(database.adapter.count('c', where, call(AbortSignal.timeout(20)))).rejects.toThrow();
    expect(await database.adapter.count('c', undefined, call())).toBe(20_000);
  });

  it('see what was written before them while a slow one is open', async () => {
    const everything = { where: undefined, order: undefined, skip: 0, limit: undefined };
    const slow = database.adapter.find('c', everything, call())[Symbol.asyncIterator]();
    await slow.next();
    for (let i = 0; i < 5; i++) {
      await database.adapter.insert('c', [document(`later${i}`, {})], call(), { ordered: true });
      expect(await database.adapter.count('c', undefined, call())).toBe(20_001 + i);
    }
    let rest = 1;
    while (!(await slow.next()).done) rest += 1;
    expect(rest).toBe(20_000);
  });
});

describe('the sweeper', () => {
  it('removes what has expired and says so in the change feed', async () => {
    await database.reopen({ sweepInterval: 50 });
    await database.adapter.schema.createIndex(
      'c',
      index('ttl', { keys: [{ path: ['at'], kind: 1 }], expireAfterSeconds: 60 }),
      call(),
    );
    const now = Date.now();
    const at = [now - 120_000, now - 30_000, now + 60_000].map((time) => new Date(time).toISOString());
    const documents = [...at, '2001-01-01T00:00:00+14:00', [at[2] ?? '', at[0] ?? ''], 5, 'never'].map(
      (when, n) => document(`d${n}`, { at: when }),
    );
    await database.adapter.insert('c', documents, call(), { ordered: true });
    await expect.poll(() => database.adapter.count('c', undefined, call()), { timeout: 5000 }).toBe(4);
    expect(
      (await database.adapter.get('c', ['d0', 'd1', 'd3', 'd4'], call())).map((found) => found?.id),
    ).toEqual([undefined, 'd1', undefined, undefined]);
  });
});

it('keeps collections apart whose names differ in case only', async () => {
  await database.adapter.insert('Cc', [document('x', { n: 1 })], call(), { ordered: true });
  await database.adapter.insert('cC', [document('x', { n: 2 })], call(), { ordered: true });
  expect((await database.adapter.get('cc', ['x'], call()))[0]).toBeUndefined();
  expect((await database.adapter.get('Cc', ['x'], call()))[0]?.data.value).toEqual({ n: 1 });
  await database.adapter.schema.renameCollection('cC', 'sqlite_x', call());
  expect((await database.adapter.get('sqlite_x', ['x'], call()))[0]?.data.value).toEqual({ n: 2 });
  expect(await database.adapter.schema.listCollections(call())).toEqual(['Cc', 'sqlite_x']);
});
