import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import { call, document, eachTestDatabase } from './sqlite-test-database.ts';

const database = eachTestDatabase();

describe('raw', () => {
  const raw = (query: string, allowWrites = false): ReturnType<NonNullable<DatabaseAdapter['raw']>> =>
    database.adapter.raw?.({ query, params: [], allowWrites, maxRows: 3 }, call()) ??
    Promise.reject(new TypeError('no raw'));
  beforeEach(() =>
    database.adapter.insert('c', [document('x', { n: 1 }), document('y', {})], call(), { ordered: true }),
  );

  it('reads, bounded', async () => {
    expect(await raw("SELECT id, data ->> '$.n' AS n FROM c ORDER BY id")).toEqual({
      columns: ['id', 'n'],
      rows: [
        { id: 'x', n: 1 },
        { id: 'y', n: null },
      ],
    });
    expect(
      (await raw('WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT i FROM r')).rows,
    ).toHaveLength(3);
  });
  it.each([
    'DELETE FROM c',
    'DROP TABLE c',
    "ATTACH '/tmp/x.db' AS x",
    'PRAGMA journal_mode = DELETE',
    'BEGIN',
    'SELECT 1; SELECT 2',
    'SELEC',
    'SELECT * FROM nowhere',
    'VACUUM',
    "VACUUM INTO '/tmp/vacuumed.db'",
    'EXPLAIN DELETE FROM c',
  ])('refuses %s', async (query) => {
    await expect(raw(query)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
  it('writes rows only where it may, and keeps counts true', async () => {
    await raw("DELETE FROM c WHERE id = 'x'", true);
    expect(await database.adapter.schema.estimatedCount('c', call())).toBe(1);
    await expect(raw('DROP TABLE c', true)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(raw('DELETE FROM "$outbox"', true)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
  it.each(['not json', '[]', '{a:1}', '{}}'])('writes no document that is %s', async (data) => {
    const query = `UPDATE c SET data = '${data}'`;
    await expect(raw(query, true)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(raw(query.replace('data', 'metadata'), true)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });
});

const endless = 'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r)';

describe('a statement that does not end', () => {
  const run = (query: string, allowWrites: boolean, milliseconds = 1_000): Promise<unknown> =>
    database.adapter.raw?.({ query, params: [], allowWrites, maxRows: 1 }, call(undefined, milliseconds)) ??
    Promise.reject(new TypeError('no raw'));
  const timeout = { code: 'QUERY_TIMEOUT' };
  beforeEach(() => database.adapter.insert('c', [document('x', { n: 1 })], call(), { ordered: true }));

  it('is ended at its deadline and leaves room for others', async () => {
    const query = `${endless} SELECT count(*) FROM r`;
    for (let round = 0; round < 2; round++)
      await Promise.all(
        Array.from({ length: 3 }, () => expect(run(query, false)).rejects.toMatchObject(timeout)),
      );
    expect(await run('SELECT 1 AS one', false, 20_000)).toMatchObject({ rows: [{ one: 1 }] });
  });

  it('holds no snapshot afterwards', async () => {
    await expect(run(`${endless} SELECT count(*) FROM r, c`, false)).rejects.toMatchObject(timeout);
    await database.adapter.insert('c', [document('y', {})], call(), { ordered: true });
    const other = new DatabaseSync(database.path);
    expect(other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 });
    other.close();
  });

  it.each([
    ['reads', `${endless} SELECT count(*) FROM r`],
    ['writes', `${endless} DELETE FROM c WHERE id = (SELECT count(*) FROM r)`],
  ])('holds writers up until its deadline at most where raw queries may write: %s', async (_, query) => {
    await Promise.all([
      expect(run(query, true)).rejects.toMatchObject(timeout),
      database.adapter.insert('c', [document('y', {})], call(), { ordered: true }),
    ]);
    expect(await database.adapter.count('c', undefined, call())).toBe(2);
  });

  it('lets others write while a raw write waits for it', async () => {
    let ended = 0;
    const reads = Array.from({ length: 4 }, () =>
      run(`${endless} SELECT count(*) FROM r`, false, 5_000).catch(() => {
        ended += 1;
      }),
    );
    const write = run("UPDATE c SET version = version WHERE id = 'none'", true, 20_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await database.adapter.insert('c', [document('y', {})], call(), { ordered: true });
    expect(ended).toBe(0);
    await Promise.all([...reads, write]);
    expect(ended).toBe(4);
  });

  it('ends with its client', async () => {
    const client = new AbortController();
    const raw = { query: `${endless} SELECT count(*) FROM r`, params: [], allowWrites: false, maxRows: 1 };
    const answer = database.adapter.raw?.(raw, call(client.signal));
    setTimeout(() => client.abort(new TypeError('gone')), 500);
    await expect(answer).rejects.toThrow('gone');
  });
});

it.each([
  ['a value', 'SELECT zeroblob(900000000)'],
  ['rows', `${endless} SELECT zeroblob(1000000) FROM r LIMIT 100`],
])('refuses %s larger than 16 MiB', async (_, query) => {
  const command = { query, params: [], allowWrites: false, maxRows: 1_000 };
  await expect(database.adapter.raw?.(command, call())).rejects.toMatchObject({
    code: 'QUERY_TOO_EXPENSIVE',
    details: { max_bytes: 16 * 1024 * 1024 },
  });
});

it('ends a statement that needs too much memory, and goes on', async () => {
  const values = Array.from({ length: 200 }, () => 'zeroblob(16000000)');
  const command = { query: `SELECT ${values.join(', ')}`, params: [], allowWrites: false, maxRows: 1 };
  await expect(database.adapter.raw?.(command, call(undefined, 50_000))).rejects.toMatchObject({
    code: 'QUERY_TOO_EXPENSIVE',
  });
  const next = database.adapter.raw?.({ ...command, query: 'SELECT 1 AS one' }, call());
  expect((await next)?.rows).toEqual([{ one: 1 }]);
});
