import mysql from 'mysql2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pushDown } from '../../../application/planning/push-down.ts';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import { parseFilter } from '../../../application/query-language/parse-filter.ts';
import type { Sort } from '../../../domain/query/sort.ts';
import type { Json } from '../../../domain/value/value.ts';
import { andSql } from '../sql/combine-conditions.ts';
import { identifier, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { createMysqlAdapter } from './mysql-adapter.ts';
import { MysqlConnections } from './mysql-connection.ts';
import { mysqlFlavour } from './mysql-flavour.ts';
import { isMysqlOrder } from './mysql-sort.ts';
import { call, document, freshDatabase, index, onServer } from './mysql-test-database.ts';

/** Without a server the tests are skipped. */
const serverUri = process.env.MYSQL_URI;
const { Connection } = mysql;
const collection = 'Things';
const database = 'documents_adapter_test';

describe.skipIf(serverUri === undefined)('MySQL', () => {
  let adapter: DatabaseAdapter<SqlFragment>;
  let connections: MysqlConnections;
  beforeAll(async () => {
    const uri = await freshDatabase(serverUri, database);
    adapter = createMysqlAdapter({ uri, pool: { max: 4, acquireTimeoutMs: 500 } });
    connections = new MysqlConnections({ uri }, mysqlFlavour);
    const documents = Array.from({ length: 2000 }, (_, n) =>
      document(collection, `d${String(n).padStart(4, '0')}`, {
        n,
        city: `city ${n % 200}`,
        at: { day: n % 70 },
        tags: n % 400 === 0 ? [`t${n}`] : `t${n}`,
      }),
    );
    await adapter.insert(collection, documents, call(), { ordered: false });
    const make = (name: string, given: Parameters<typeof index>[1]): Promise<void> =>
      adapter.schema.createIndex(collection, index(name, given), call());
    await make('n', { keys: [{ path: ['n'], kind: 1 }] });
    await make('city_day', {
      keys: [
        { path: ['city'], kind: 1 },
        { path: ['at', 'day'], kind: -1 },
      ],
    });
    await make('tags', { keys: [{ path: ['tags'], kind: 1 }] });
    await onServer(serverUri, [`ANALYZE TABLE ${database}.Things`]);
  }, 60_000);
  afterAll(async () => {
    await adapter.close();
    await connections.close();
    await onServer(serverUri, [`DROP DATABASE IF EXISTS ${database}`]);
  });

  /** Which index MySQL itself says that it reads, and whether it sorts. */
  async function explained(filter: Json, sort?: Sort): Promise<string> {
    const context = { collection, indexes: await adapter.schema.listIndexes(collection, call()) };
    const parsed = parseFilter(filter, { path: 'filter', shortNames: true, extendedJson: false });
    const where = pushDown(parsed, adapter.dialect, context).native;
    const order = sort && adapter.dialect.sort(sort, context)?.native;
    const special = order && isMysqlOrder(order) ? order.special : undefined;
    const parts = [...(where ? [where] : []), ...(special ? [sql`${special} = 0`] : [])];
    const statement = sql`EXPLAIN FORMAT=TRADITIONAL SELECT id, data FROM ${identifier(collection, '`')} WHERE ${andSql(parts)}${
      order ? sql` ORDER BY ${order} LIMIT 10` : sql``
    }`;
    const [row] = await connections.use(undefined, (session) => session.rows(statement));
    return `${row?.[6]} ${row?.[11] ?? ''}`;
  }

  it.each<[Json, RegExp]>([
    [{ n: 5 }, /^\$1 /],
    [{ n: { $gt: 5, $lt: 9 } }, /^\$1 /],
    [{ n: { $in: [1, 'x', null, true] } }, /^\$1 /],
    [{ city: 'city 3', 'at.day': { $gte: 60 } }, /^\$2 /],
    [{ tags: 't7' }, /^\$3 /],
    [{ id: 'd0001' }, /^PRIMARY /],
  ])('reads an index for %j', async (filter, expected) => {
    expect(await explained(filter)).toMatch(expected);
  });

  it('reads an index in the order of a sort, without sorting', async () => {
    expect(
      await explained({}, [
        { path: ['n'], direction: 1 },
        { path: ['_id'], direction: 1 },
      ]),
    ).toMatch(/^\$1 (?!.*filesort)/);
    expect(
      await explained({}, [
        { path: ['city'], direction: 1 },
        { path: ['at', 'day'], direction: -1 },
        { path: ['_id'], direction: 1 },
      ]),
    ).toMatch(/^\$2 (?!.*filesort)/);
  });

  it('keeps numbers and texts as they are', async () => {
    const data = {
      numbers: [
        1e21,
        5e-324,
        9007199254740991,
        -9007199254740991,
        0.1,
        1.7976931348623157e308,
        1e20,
        2 ** 60,
      ],
      texts: ['', ' ', 'a ', '\u0000', '\u{1F600}', "'; DROP TABLE x; --", '\\'],
      __proto__x: { constructor: null },
    };
    await adapter.insert(collection, [document(collection, 'exact', data)], call(), { ordered: true });
    const [found] = await adapter.get(collection, ['exact'], call());
    expect(found?.data.value).toEqual(data);
  });

  it('sends no value of a caller in the text of a statement', async () => {
    const executed = vi.spyOn(Connection.prototype, 'execute');
    const queried = vi.spyOn(Connection.prototype, 'query');
    const evil = 'evil"\'`\\?';
    await adapter.insert(collection, [document(collection, evil, { [evil]: evil })], call(), {
      ordered: true,
    });
    const filter = parseFilter(
      { [evil]: { $gte: evil }, id: evil },
      { path: 'f', shortNames: true, extendedJson: false },
    );
    const { native } = pushDown(filter, adapter.dialect, { collection, indexes: [] });
    expect(await adapter.count(collection, native, call())).toBe(1);
    const change = { kind: 'merge', data: { [evil]: [evil] }, metadata: { evil } } as const;
    const modification = { id: evil, change, expectedVersion: 1, where: filter, insert: undefined };
    const [outcome] = await adapter.modify(collection, [modification], call(), { ordered: true });
    expect(outcome?.status).toBe('modified');
    const texts = [...executed.mock.calls, ...queried.mock.calls].map(([sent]) => textOf(sent));
    expect(texts.length).toBeGreaterThan(5);
    for (const text of texts) expect(text).not.toContain('evil');
  });

  /** What a restart of the server does to us: every connection breaks. */
  async function breakConnections(): Promise<void> {
    const threads = await onServer(serverUri, [
      `SELECT id FROM information_schema.processlist WHERE db = '${database}'`,
    ]);
    for (const [id] of threads) await onServer(serverUri, [`KILL ${Number(id)}`]).catch(() => undefined);
  }

  it('goes on after every connection broke', async () => {
    await Promise.all([1, 2, 3].map(() => adapter.get(collection, ['d0001'], call())));
    await breakConnections();
    const again = async (): Promise<unknown> => (await adapter.get(collection, ['d0001'], call()))[0]?.id;
    await expect.poll(() => again().catch(String), { timeout: 5_000 }).toBe('d0001');
  });

  it('leaves nothing of a transaction whose connection broke', async () => {
    const run = adapter.transaction?.(call(), async (inside) => {
      await inside.insert(collection, [document(collection, 'half', {})], call(), { ordered: true });
      await breakConnections();
      await inside.insert(collection, [document(collection, 'other half', {})], call(), { ordered: true });
    });
    await expect(run).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await expect
      .poll(() => adapter.get(collection, ['half', 'other half'], call()).catch(String), { timeout: 5_000 })
      .toEqual([undefined, undefined]);
  });

  it('ends on the server what nobody waits for', async () => {
    const leaving = new AbortController();
    const slow = sql`(SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c) > 0`;
    const running = adapter.count(collection, slow, call(20_000, leaving.signal));
    setTimeout(() => leaving.abort(), 300);
    await expect(running).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    const late = adapter.count(collection, slow, call(300));
    await expect(late).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    const threads = onServer(serverUri, [
      `SELECT COUNT(*) FROM information_schema.processlist WHERE db = '${database}' AND command = 'Execute'`,
    ]);
    expect((await threads)[0]?.[0]).toBe(0);
  });

  it('runs raw statements that only read', async () => {
    const raw = (query: string, params: readonly Json[] = []): Promise<unknown> | undefined =>
      adapter.raw?.({ query, params, allowWrites: false, maxRows: 10 }, call());
    expect(await raw('SELECT id FROM Things WHERE id = ?', ['d0001'])).toEqual({
      columns: ['id'],
      rows: [{ id: 'd0001' }],
    });
    for (const query of [
      'DELETE FROM Things',
      'WITH x AS (SELECT 1) DELETE FROM Things',
      'SELECT 1; DELETE FROM Things',
      'SET GLOBAL max_connections = 1',
      "SELECT * FROM Things INTO OUTFILE '/tmp/x'",
      'SELECT SLEEP(10)',
      '/*! DELETE FROM Things */',
    ])
      await expect(raw(query)).rejects.toMatchObject({
        code: expect.stringMatching(/^(INVALID|PERMISSION)/),
      });
  });
});

/** The text of a statement as the driver was given it. */
function textOf(sent: unknown): string {
  return typeof sent === 'object' && sent !== null && 'sql' in sent ? String(sent.sql) : String(sent);
}
