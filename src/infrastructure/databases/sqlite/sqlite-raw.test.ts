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
});

it('gives up a raw statement that does not end, and goes on', async () => {
  const endless =
    'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 30000000) SELECT count(*) FROM r';
  const command = { query: endless, params: [], allowWrites: false, maxRows: 1 };
  await expect(database.adapter.raw?.(command, call(undefined, 100))).rejects.toMatchObject({
    code: 'QUERY_TIMEOUT',
  });
  expect((await database.adapter.raw?.({ ...command, query: 'SELECT 1 AS one' }, call()))?.rows).toEqual([
    { one: 1 },
  ]);
});
