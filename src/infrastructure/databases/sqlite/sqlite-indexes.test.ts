import { beforeEach, describe, expect, it } from 'vitest';
import type { Leaf } from '../../../domain/query/filter.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { sql } from '../sql/sql-fragment.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { findSql } from './sqlite-statements.ts';
import { call, document, eachTestDatabase, increment, index } from './sqlite-test-database.ts';

const database = eachTestDatabase();

/** What SQLite says that it does for a find. */
async function plan(leaf: Leaf | undefined, sort: readonly string[] = []): Promise<string> {
  const context = { collection: 'c', indexes: await database.adapter.schema.listIndexes('c', call()) };
  const order = database.adapter.dialect.sort(
    [...sort, '_id'].map((name) => ({ path: name.split('.'), direction: 1 as const })),
    context,
  );
  const where = leaf && database.adapter.dialect.leaf(leaf, context)?.native;
  const connection = new SqliteConnection(database.path, { readOnly: true });
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
    await database.adapter.insert('c', documents, call(), { ordered: true });
  });

  it('serve equality, ranges, $in, prefixes and sorts', async () => {
    await database.adapter.schema.createIndex('c', index('n', { keys: [{ path: ['n'], kind: 1 }] }), call());
    await database.adapter.schema.createIndex(
      'c',
      index('sn', {
        keys: [
          { path: ['s'], kind: 1 },
          { path: ['n'], kind: 1 },
        ],
      }),
      call(),
    );
    await database.adapter.schema.createIndex(
      'c',
      index('op', { keys: [{ path: ['o', 'p'], kind: -1 }] }),
      call(),
    );
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
    await database.adapter.schema.createIndex('c', index('n', { keys: [{ path: ['n'], kind: 1 }] }), call());
    await database.adapter.insert('c', [document('array', { n: [5, 'x'] })], call(), { ordered: true });
    const steps = await plan(compare('n', 'eq', 5));
    expect(steps).toMatch(
      /MULTI-INDEX OR[\s\S]*SEARCH c USING INDEX c\$n\$\d+ \(<expr>=\?\)[\s\S]*SEARCH \$elements\d+ USING PRIMARY KEY \(key=\?\)/,
    );
  });

  it('serve the queries that a sparse or partial one covers', async () => {
    const partialFilter = { filter: compare('s', 'eq', 's1'), source: { s: 's1' } };
    await database.adapter.schema.createIndex(
      'c',
      index('p', { keys: [{ path: ['n'], kind: 1 }], partialFilter }),
      call(),
    );
    await database.adapter.schema.createIndex(
      'c',
      index('x', { keys: [{ path: ['x'], kind: 1 }], sparse: true }),
      call(),
    );
    const context = { collection: 'c', indexes: await database.adapter.schema.listIndexes('c', call()) };
    const both = database.adapter.dialect.and(
      [compare('s', 'eq', 's1'), compare('n', 'gt', 3)].flatMap(
        (leaf) => database.adapter.dialect.leaf(leaf, context)?.native ?? [],
      ),
    );
    const connection = new SqliteConnection(database.path, { readOnly: true });
    const [step] = connection.all(sql`EXPLAIN QUERY PLAN SELECT id FROM c WHERE ${both}`);
    expect(String(step?.[3])).toMatch(/SEARCH c USING (COVERING )?INDEX c\$p/);
    connection.close();
    expect(await plan(compare('x', 'eq', 1))).toMatch(/^SEARCH c USING INDEX c\$x/);
  });

  it('hold unique keys, also of array elements and against an update', async () => {
    await database.adapter.schema.createIndex(
      'c',
      index('u', { keys: [{ path: ['n'], kind: 1 }], unique: true }),
      call(),
    );
    const insert = async (id: string, data: JsonObject): Promise<string> => {
      const [outcome] = await database.adapter.insert('c', [document(id, data)], call(), { ordered: true });
      return outcome?.status === 'failed' ? outcome.error.code : String(outcome?.status);
    };
    expect(await insert('a', { n: 5 })).toBe('DUPLICATE_KEY');
    expect(await insert('b', { n: [1000, 1000, 5] })).toBe('DUPLICATE_KEY');
    expect(await insert('c', { n: [1000, 1001, 1000] })).toBe('inserted');
    expect(await insert('d', { n: 1001 })).toBe('DUPLICATE_KEY');
    expect(await insert('e', { n: null })).toBe('inserted');
    expect(await insert('f', {})).toBe('DUPLICATE_KEY');
    const [changed] = await database.adapter.modify('c', [increment('d7')], call(), { ordered: true });
    const details = { collection: 'c', index: 'u', key: { n: 8 } };
    expect(changed).toMatchObject({ status: 'failed', error: { code: 'DUPLICATE_KEY', details } });
    await expect(
      database.adapter.schema.createIndex(
        'c',
        index('v', { keys: [{ path: ['s'], kind: 1 }], unique: true }),
        call(),
      ),
    ).rejects.toMatchObject({ code: 'DUPLICATE_KEY' });
    expect(await database.adapter.schema.listIndexes('c', call())).toHaveLength(1);
  });
});
