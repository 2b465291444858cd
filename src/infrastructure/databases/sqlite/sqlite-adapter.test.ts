import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../application/ports/call.ts';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import type { Document } from '../../../domain/document/document.ts';
import { DocumentBody } from '../../../domain/document/document-body.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { Modification } from '../../../domain/document/modification.ts';
import type { Leaf } from '../../../domain/query/filter.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { createSqliteAdapter } from './sqlite-adapter.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { findSql } from './sqlite-statements.ts';

let directory: string;
let adapter: DatabaseAdapter<SqlFragment>;
const path = (): string => join(directory, 'test.db');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sqlite-'));
  adapter = createSqliteAdapter({ path: path() });
});
afterEach(async () => {
  await adapter.close();
  rmSync(directory, { recursive: true });
});

function call(signal: AbortSignal = new AbortController().signal, milliseconds = 20_000): Call {
  return { signal, requestId: 'test', deadline: Date.now() + milliseconds };
}

function document(id: string, data: JsonObject): Document {
  const now = '2024-01-01T00:00:00.000Z';
  return {
    id,
    collection: 'c',
    data: DocumentBody.fromValue(data),
    version: 1,
    createdAt: now,
    updatedAt: now,
    metadata: {},
  };
}

function index(
  name: string,
  options: Partial<IndexDefinition> & Pick<IndexDefinition, 'keys'>,
): IndexDefinition {
  return {
    name,
    unique: false,
    sparse: false,
    expireAfterSeconds: undefined,
    partialFilter: undefined,
    ...options,
  };
}

const increment = (id: string): Modification => ({
  id,
  change: {
    kind: 'update',
    update: {
      kind: 'operators',
      operations: [{ op: '$inc', path: ['n'], value: 1 }],
      arrayFilters: {},
      source: { update: { $inc: { n: 1 } }, arrayFilters: [] },
    },
  },
  expectedVersion: undefined,
  where: undefined,
  insert: { seed: {} },
});

/** What SQLite says that it does for a find. */
async function plan(leaf: Leaf | undefined, sort: readonly string[] = []): Promise<string> {
  const context = { collection: 'c', indexes: await adapter.schema.listIndexes('c', call()) };
  const order = adapter.dialect.sort(
    [...sort, '_id'].map((name) => ({ path: name.split('.'), direction: 1 as const })),
    context,
  );
  const where = leaf && adapter.dialect.leaf(leaf, context)?.native;
  const connection = new SqliteConnection(path(), { readOnly: true });
  const find = findSql('c', {
    where,
    order: sort.length > 0 ? order?.native : undefined,
    skip: 0,
    limit: 10,
  });
  const rows = connection.all(sql`EXPLAIN QUERY PLAN ${find}`);
  connection.close();
  return rows.map((row) => String(row[3])).join('\n');
}

const compare = (name: string, op: 'eq' | 'gt', value: string | number): Leaf => ({
  kind: 'compare',
  path: name.split('.'),
  op,
  value,
});

describe('indexes', () => {
  beforeEach(async () => {
    const documents = Array.from({ length: 200 }, (_, n) =>
      document(`d${n}`, { n, s: `s${n % 7}`, o: { p: n } }),
    );
    await adapter.insert('c', documents, call(), { ordered: true });
  });

  it('serve equality, ranges, $in, prefixes and sorts', async () => {
    await adapter.schema.createIndex('c', index('n', { keys: [{ path: ['n'], kind: 1 }] }), call());
    await adapter.schema.createIndex(
      'c',
      index('sn', {
        keys: [
          { path: ['s'], kind: 1 },
          { path: ['n'], kind: 1 },
        ],
      }),
      call(),
    );
    await adapter.schema.createIndex('c', index('op', { keys: [{ path: ['o', 'p'], kind: -1 }] }), call());
    expect(await plan(compare('n', 'eq', 5))).toMatch(/^SEARCH c USING INDEX c\$n\$\d+ \(<expr>=\?\)$/);
    expect(await plan(compare('n', 'gt', 5))).toMatch(
      /^SEARCH c USING INDEX c\$n\$\d+ \(<expr>>\? AND <expr><\?\)$/,
    );
    expect(await plan(compare('o.p', 'gt', 5))).toMatch(/^SEARCH c USING INDEX c\$op/);
    expect(await plan({ kind: 'in', path: ['n'], values: [1, 2, 'x', null, 5, 6], patterns: [] })).toMatch(
      /SEARCH c USING INDEX c\$n/,
    );
    expect(await plan({ kind: 'regex', path: ['s'], pattern: '^s1', flags: '' })).toMatch(
      /^SEARCH c USING INDEX c\$sn\$\d+ \(<expr>>\? AND <expr><\?\)$/,
    );
    expect(await plan(undefined, ['n'])).toMatch(/^SCAN c USING INDEX c\$n\$\d+$/);
    expect(await plan(compare('s', 'eq', 's1'), ['n'])).toMatch(
      /^SEARCH c USING INDEX c\$sn\$\d+ \(<expr>=\?\)$/,
    );
  });

  it('serve both sides of a field that is an array in some documents', async () => {
    await adapter.schema.createIndex('c', index('n', { keys: [{ path: ['n'], kind: 1 }] }), call());
    await adapter.insert('c', [document('array', { n: [5, 'x'] })], call(), { ordered: true });
    const steps = await plan(compare('n', 'eq', 5));
    expect(steps).toMatch(
      /MULTI-INDEX OR[\s\S]*SEARCH c USING INDEX c\$n\$\d+ \(<expr>=\?\)[\s\S]*SEARCH \$elements\d+ USING PRIMARY KEY \(key=\?\)/,
    );
  });

  it('serve the queries that a sparse or partial one covers', async () => {
    const partialFilter = { filter: compare('s', 'eq', 's1'), source: { s: 's1' } };
    await adapter.schema.createIndex(
      'c',
      index('p', { keys: [{ path: ['n'], kind: 1 }], partialFilter }),
      call(),
    );
    await adapter.schema.createIndex(
      'c',
      index('x', { keys: [{ path: ['x'], kind: 1 }], sparse: true }),
      call(),
    );
    const context = { collection: 'c', indexes: await adapter.schema.listIndexes('c', call()) };
    const both = adapter.dialect.and(
      [compare('s', 'eq', 's1'), compare('n', 'gt', 3)].flatMap(
        (leaf) => adapter.dialect.leaf(leaf, context)?.native ?? [],
      ),
    );
    const connection = new SqliteConnection(path(), { readOnly: true });
    const [step] = connection.all(sql`EXPLAIN QUERY PLAN SELECT id FROM c WHERE ${both}`);
    expect(String(step?.[3])).toMatch(/SEARCH c USING (COVERING )?INDEX c\$p/);
    connection.close();
    expect(await plan(compare('x', 'eq', 1))).toMatch(/^SEARCH c USING INDEX c\$x/);
  });

  it('hold unique keys, also of array elements and against an update', async () => {
    await adapter.schema.createIndex(
      'c',
      index('u', { keys: [{ path: ['n'], kind: 1 }], unique: true }),
      call(),
    );
    const insert = async (id: string, data: JsonObject): Promise<string> => {
      const [outcome] = await adapter.insert('c', [document(id, data)], call(), { ordered: true });
      return outcome?.status === 'failed' ? outcome.error.code : String(outcome?.status);
    };
    expect(await insert('a', { n: 5 })).toBe('DUPLICATE_KEY');
    expect(await insert('b', { n: [1000, 1000, 5] })).toBe('DUPLICATE_KEY');
    expect(await insert('c', { n: [1000, 1001, 1000] })).toBe('inserted');
    expect(await insert('d', { n: 1001 })).toBe('DUPLICATE_KEY');
    expect(await insert('e', { n: null })).toBe('inserted');
    expect(await insert('f', {})).toBe('DUPLICATE_KEY');
    const [changed] = await adapter.modify('c', [increment('d7')], call(), { ordered: true });
    expect(changed).toMatchObject({ status: 'failed', error: { code: 'DUPLICATE_KEY' } });
    await expect(
      adapter.schema.createIndex('c', index('v', { keys: [{ path: ['s'], kind: 1 }], unique: true }), call()),
    ).rejects.toMatchObject({ code: 'DUPLICATE_KEY' });
    expect(await adapter.schema.listIndexes('c', call())).toHaveLength(1);
  });
});

describe('writes', () => {
  it('of 64 writers to one document are all counted', async () => {
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        for (let i = 0; i < 10; i++) await adapter.modify('c', [increment('one')], call(), { ordered: true });
      }),
    );
    const [found] = await adapter.get('c', ['one'], call());
    expect(found?.data.value).toEqual({ n: 640 });
    expect(found?.version).toBe(640);
    expect(await adapter.schema.estimatedCount('c', call())).toBe(1);
  });

  it('of two processes on one file are all counted', async () => {
    const second = createSqliteAdapter({ path: path() });
    await Promise.all(
      [adapter, second].map(async (one) => {
        for (let i = 0; i < 50; i++) await one.modify('c', [increment('one')], call(), { ordered: true });
      }),
    );
    expect((await adapter.get('c', ['one'], call()))[0]?.data.value).toEqual({ n: 100 });
    await second.schema.createIndex('c', index('n', { keys: [{ path: ['n'], kind: 1 }] }), call());
    expect(await adapter.schema.listIndexes('c', call())).toHaveLength(1);
    await second.close();
  });

  it('of a transaction that fails or is abandoned leave nothing, and others go on', async () => {
    const transaction = adapter.transaction;
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
    await adapter.insert('c', [document('y', {})], call(), { ordered: true });
    expect(await adapter.count('c', undefined, call())).toBe(1);
    expect(await adapter.schema.estimatedCount('c', call())).toBe(1);
  });
});

describe('reads', () => {
  beforeEach(async () => {
    const documents = Array.from({ length: 20_000 }, (_, n) => document(`d${n}`, { n, a: [n] }));
    await adapter.insert('c', documents, call(), { ordered: true });
  });

  it('end at the deadline and when nobody waits', async () => {
    const context = { collection: 'c', indexes: [] };
    const slow = adapter.dialect.leaf(
      { kind: 'regex', path: ['a'], pattern: 'x', flags: '' },
      context,
    )?.native;
    const where = adapter.dialect.and(
      Array.from({ length: 40 }, () => slow ?? sql`TRUE`).map(adapter.dialect.not),
    );
    await expect(adapter.count('c', where, call(undefined, 30))).rejects.toMatchObject({
      code: 'QUERY_TIMEOUT',
    });
    await expect(adapter.count('c', where, call(AbortSignal.timeout(20)))).rejects.toThrow();
    expect(await adapter.count('c', undefined, call())).toBe(20_000);
  });

  it('see what was written before them while a slow one is open', async () => {
    const everything = { where: undefined, order: undefined, skip: 0, limit: undefined };
    const slow = adapter.find('c', everything, call())[Symbol.asyncIterator]();
    await slow.next();
    for (let i = 0; i < 5; i++) {
      await adapter.insert('c', [document(`later${i}`, {})], call(), { ordered: true });
      expect(await adapter.count('c', undefined, call())).toBe(20_001 + i);
    }
    let rest = 1;
    while (!(await slow.next()).done) rest += 1;
    expect(rest).toBe(20_000);
  });
});

describe('raw', () => {
  const raw = (query: string, allowWrites = false): ReturnType<NonNullable<typeof adapter.raw>> =>
    adapter.raw?.({ query, params: [], allowWrites, maxRows: 3 }, call()) ??
    Promise.reject(new TypeError('no raw'));
  beforeEach(() =>
    adapter.insert('c', [document('x', { n: 1 }), document('y', {})], call(), { ordered: true }),
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
    expect(await adapter.schema.estimatedCount('c', call())).toBe(1);
    await expect(raw('DROP TABLE c', true)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(raw('DELETE FROM "$outbox"', true)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
});

it('gives up a raw statement that does not end, and goes on', async () => {
  const endless =
    'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 30000000) SELECT count(*) FROM r';
  const command = { query: endless, params: [], allowWrites: false, maxRows: 1 };
  await expect(adapter.raw?.(command, call(undefined, 100))).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
  expect((await adapter.raw?.({ ...command, query: 'SELECT 1 AS one' }, call()))?.rows).toEqual([{ one: 1 }]);
});

describe('the sweeper', () => {
  it('removes what has expired and says so in the change feed', async () => {
    await adapter.close();
    adapter = createSqliteAdapter({ path: path(), sweepInterval: 50 });
    await adapter.schema.createIndex(
      'c',
      index('ttl', { keys: [{ path: ['at'], kind: 1 }], expireAfterSeconds: 60 }),
      call(),
    );
    const now = Date.now();
    const at = [now - 120_000, now - 30_000, now + 60_000].map((time) => new Date(time).toISOString());
    const documents = [...at, '2001-01-01T00:00:00+14:00', [at[2] ?? '', at[0] ?? ''], 5, 'never'].map(
      (when, n) => document(`d${n}`, { at: when }),
    );
    await adapter.insert('c', documents, call(), { ordered: true });
    await expect.poll(() => adapter.count('c', undefined, call()), { timeout: 5000 }).toBe(4);
    expect((await adapter.get('c', ['d0', 'd1', 'd3', 'd4'], call())).map((found) => found?.id)).toEqual([
      undefined,
      'd1',
      undefined,
      undefined,
    ]);
  });
});

it('keeps collections apart whose names differ in case only', async () => {
  await adapter.insert('Cc', [document('x', { n: 1 })], call(), { ordered: true });
  await adapter.insert('cC', [document('x', { n: 2 })], call(), { ordered: true });
  expect((await adapter.get('cc', ['x'], call()))[0]).toBeUndefined();
  expect((await adapter.get('Cc', ['x'], call()))[0]?.data.value).toEqual({ n: 1 });
  await adapter.schema.renameCollection('cC', 'sqlite_x', call());
  expect((await adapter.get('sqlite_x', ['x'], call()))[0]?.data.value).toEqual({ n: 2 });
  expect(await adapter.schema.listCollections(call())).toEqual(['Cc', 'sqlite_x']);
});
