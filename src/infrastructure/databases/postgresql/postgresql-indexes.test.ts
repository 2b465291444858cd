import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushDown } from '../../../application/planning/push-down.ts';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import { parseFilter } from '../../../application/query-language/parse-filter.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { createPostgresqlAdapter } from './postgresql-adapter.ts';
import { PostgresqlConnections } from './postgresql-connection.ts';
import { postgresqlDialect } from './postgresql-dialect.ts';
import { findSql, toStatement } from './postgresql-statements.ts';
import { call, document, dropDatabase, freshDatabase, index } from './postgresql-test-database.ts';

/** Without a server the tests are skipped. */
const serverUri = process.env.POSTGRESQL_URI;

const collection = 'Things';

describe.skipIf(serverUri === undefined)('indexes of PostgreSQL', () => {
  let adapter: DatabaseAdapter<SqlFragment>;
  let connections: PostgresqlConnections;

  beforeAll(async () => {
    const uri = await freshDatabase(serverUri, 'documents_index_test');
    adapter = createPostgresqlAdapter({ uri });
    connections = new PostgresqlConnections({ uri });
    const documents = Array.from({ length: 4000 }, (_, n) =>
      document(collection, `d${n}`, {
        n,
        city: `city ${n % 400}`,
        at: { day: n % 700 },
        tags: [`t${n % 500}`, `u${n % 300}`],
        ...(n % 50 === 0 && { rare: n }),
        status: n % 40 === 0 ? 'open' : 'closed',
        mail: `m${n}`,
      }),
    );
    await adapter.insert(collection, documents, call(), { ordered: false });
    const make = (name: string, given: Parameters<typeof index>[1]) =>
      adapter.schema.createIndex(collection, index(name, given), call());
    await make('n', { keys: [{ path: ['n'], kind: 1 }] });
    await make('city_day', {
      keys: [
        { path: ['city'], kind: 1 },
        { path: ['at', 'day'], kind: -1 },
      ],
    });
    await make('tags', { keys: [{ path: ['tags'], kind: 1 }] });
    await make('rare', { keys: [{ path: ['rare'], kind: 1 }], sparse: true });
    await make('mail', { keys: [{ path: ['mail'], kind: 1 }], unique: true });
    const source = { status: 'open' };
    await make('open', {
      keys: [{ path: ['at', 'day'], kind: 1 }],
      partialFilter: { filter: filterOf(source), source },
    });
  }, 60_000);
  afterAll(async () => {
    await adapter.close();
    await connections.close();
    await dropDatabase(serverUri, 'documents_index_test');
  });

  /** What the server says that it does for a find that the planner wrote. */
  async function plan(filter: Json, sort: Sort = []): Promise<string> {
    const context = { collection, indexes: await adapter.schema.listIndexes(collection, call()) };
    const where = pushDown(filterOf(filter), postgresqlDialect, context).native;
    const byId = [...sort, { path: ['_id'], direction: 1 as const }];
    const order = sort.length === 0 ? undefined : postgresqlDialect.sort(byId, context)?.native;
    const { text, values } = toStatement(findSql(collection, { where, order, skip: 0, limit: 10 }));
    const rows = await connections.rows({ text: `EXPLAIN ${text}`, values }, call());
    return rows.map(([line]) => line).join('\n');
  }

  it.each<[string, Json, Sort, RegExp]>([
    ['equality', { city: 'city 7' }, [], /ix_2\b/],
    ['equality of a number', { n: 7 }, [], /ix_1\b/],
    ['a range', { n: { $gt: 3990 } }, [], /ix_1\b/],
    ['$in', { n: { $in: [3, 5, 8] } }, [], /ix_1\b/],
    ['a prefix', { city: { $regex: '^city 39' } }, [], /ix_2\b/],
    ['an element of an array', { tags: 't7' }, [], /ix_3_arrays_0/],
    ['a sparse index', { rare: 100 }, [], /ix_4\b/],
    ['a unique index', { mail: 'm77' }, [], /ix_5\b/],
    ['a partial index', { status: 'open', 'at.day': { $lt: 3 } }, [], /ix_6\b/],
    ['a sort', {}, [{ path: ['n'], direction: 1 }], /Index Scan using ix_1\b/],
    [
      'a compound sort',
      {},
      [
        { path: ['city'], direction: 1 },
        { path: ['at', 'day'], direction: -1 },
      ],
      /Index Scan using ix_2\b/,
    ],
  ])('serve %s', async (_, filter, sort, used) => {
    expect(await plan(filter, sort)).toMatch(used);
  });

  it('start a page of a sort at its key', async () => {
    const sort: Sort = [
      { path: ['n'], direction: 1 },
      { path: ['_id'], direction: 1 },
    ];
    const native = postgresqlDialect.sort(sort, { collection, indexes: [] });
    const { text, values } = toStatement(
      findSql(collection, {
        where: native?.after([3000, 'd3000']),
        order: native?.native,
        skip: 0,
        limit: 5,
      }),
    );
    const rows = await connections.rows({ text: `EXPLAIN ${text}`, values }, call());
    expect(rows.map(([line]) => line).join('\n')).toMatch(/Index Scan using ix_1[\s\S]*Index Cond/);
  });

  it('keep unique keys unique, element by element, also in a batch', async () => {
    const taken = document(collection, 'x1', { mail: ['new', 'm5'] });
    const fine = document(collection, 'x2', { mail: ['new', 'newer'] });
    const outcomes = await adapter.insert(collection, [taken, fine], call(), { ordered: false });
    expect(outcomes).toMatchObject([
      { status: 'failed', error: { code: 'DUPLICATE_KEY', details: { index: 'mail' } } },
      { status: 'inserted' },
    ]);
  });

  it('refuse a value that is too long for them', async () => {
    const text = Array.from({ length: 9000 }, () => Math.random().toString(36).slice(2, 8)).join('');
    const [outcome] = await adapter.insert(collection, [document(collection, 'long', { n: text })], call(), {
      ordered: false,
    });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'VALIDATION_ERROR' } });
  });
});

function filterOf(source: Json) {
  return parseFilter(source, { path: 'filter', shortNames: true, extendedJson: false });
}
