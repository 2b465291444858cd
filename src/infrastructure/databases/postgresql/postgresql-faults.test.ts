import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { sql } from '../sql/sql-fragment.ts';
import { createPostgresqlAdapter } from './postgresql-adapter.ts';
import { call, document, dropDatabase, freshDatabase, index } from './postgresql-test-database.ts';

/** Without a server the tests are skipped. */
const serverUri = process.env.POSTGRESQL_URI;

const database = 'documents_fault_test';

describe.skipIf(serverUri === undefined)('faults of PostgreSQL', () => {
  let uri: string;
  let adapter: DatabaseAdapter<SqlFragment>;
  beforeAll(async () => {
    uri = await freshDatabase(serverUri, database);
    adapter = createPostgresqlAdapter({ uri, pool: { max: 4, acquireTimeoutMs: 500 } });
    await adapter.insert('c', [document('c', 'a', { n: 1 })], call(), { ordered: true });
  }, 60_000);
  afterAll(async () => {
    await adapter.close();
    await dropDatabase(serverUri, database);
  }, 60_000);

  /** What a restart of the server does to us: every connection breaks. */
  async function breakConnections(): Promise<void> {
    const client = new pg.Client({ connectionString: serverUri });
    await client.connect();
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      database,
    ]);
    await client.end();
  }

  it('goes on after every connection broke', async () => {
    await Promise.all([1, 2, 3].map(() => adapter.get('c', ['a'], call())));
    await breakConnections();
    const again = async (): Promise<unknown> => (await adapter.get('c', ['a'], call()))[0]?.id;
    await expect.poll(() => again().catch(String), { timeout: 5_000 }).toBe('a');
  });

  it('leaves nothing of a transaction whose connection broke', async () => {
    const run = adapter.transaction?.(call(), async (inside) => {
      await inside.insert('c', [document('c', 'half', {})], call(), { ordered: true });
      await breakConnections();
      await inside.insert('c', [document('c', 'other half', {})], call(), { ordered: true });
    });
    await expect(run).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    const found = await expect
      .poll(() => adapter.get('c', ['half', 'other half'], call()).catch(String), { timeout: 5_000 })
      .toEqual([undefined, undefined]);
    return found;
  });

  it('cancels on the server what nobody waits for', async () => {
    const leaving = new AbortController();
    const slow = sql`(SELECT count(*) FROM generate_series(1, 1000000000)) > 0`;
    const running = adapter.count('c', slow, call(20_000, leaving.signal));
    setTimeout(() => leaving.abort(), 200);
    await expect(running).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    const client = new pg.Client(uri);
    await client.connect();
    const text = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 1000%' AND state = 'active' AND pid <> pg_backend_pid()`;
    await expect.poll(async () => (await client.query(text)).rows[0].n, { timeout: 3_000 }).toBe(0);
    await client.end();
  });

  it('ends a statement at the deadline', async () => {
    const slow = sql`(SELECT count(*) FROM generate_series(1, 1000000000)) > 0`;
    const started = Date.now();
    await expect(adapter.count('c', slow, call(300))).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    expect(Date.now() - started).toBeLessThan(3_000);
  });

  it('says so when no connection is free in time', async () => {
    const slow = sql`(SELECT pg_sleep(2)) IS NOT NULL`;
    const held = Array.from({ length: 4 }, () => adapter.count('c', slow, call()));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(adapter.get('c', ['a'], call())).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await Promise.all(held);
  });

  it('holds raw queries to reading', async () => {
    const run = (query: string) =>
      adapter.raw?.({ query, params: [], allowWrites: false, maxRows: 10 }, call());
    await expect(run('DELETE FROM c')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await expect(run('SET TRANSACTION READ WRITE')).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(run('SELECT 1; DELETE FROM c')).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await run("SELECT id, 1.5 AS x, data FROM c WHERE id = 'a'")).toEqual({
      columns: ['id', 'x', 'data'],
      rows: [{ id: 'a', x: 1.5, data: { n: 1 } }],
    });
  });

  it('cancels a raw query that nobody waits for', async () => {
    const leaving = new AbortController();
    const query = 'SELECT count(*) AS slow_raw FROM generate_series(1, 1000000000)';
    const command = { query, params: [], allowWrites: false, maxRows: 10 };
    const running = adapter.raw?.(command, call(20_000, leaving.signal));
    setTimeout(() => leaving.abort(), 300);
    await expect(running).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    const client = new pg.Client(uri);
    await client.connect();
    const text = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%slow_raw%' AND state = 'active' AND pid <> pg_backend_pid()`;
    await expect.poll(async () => (await client.query(text)).rows[0].n, { timeout: 3_000 }).toBe(0);
    await client.end();
  });

  it('refuses texts that jsonb cannot hold, and only these', async () => {
    const documents = [
      document('c', 'nul', { text: 'a\0b' }),
      document('c', 'half', { deep: [{ text: '\ud83d' }] }),
      document('c', 'fine', { text: 'C:\\u0000 😀' }),
    ];
    const outcomes = await adapter.insert('c', documents, call(), { ordered: false });
    expect(outcomes).toMatchObject([
      { status: 'failed', error: { code: 'VALIDATION_ERROR', details: { path: 'data.text' } } },
      { status: 'failed', error: { code: 'VALIDATION_ERROR', details: { path: 'data.deep.0.text' } } },
      { status: 'inserted' },
    ]);
  });

  it('tells of a value that an index cannot hold, and refuses nothing but its document', async () => {
    const long = randomBytes(3000).toString('base64');
    const refused = { code: 'VALIDATION_ERROR', details: { path: 'data' } };
    const keys = [{ path: ['text'], kind: 1 as const }];
    await adapter.insert('long', [document('long', 'before', { text: 'a' })], call(), { ordered: true });
    await adapter.schema.createIndex('long', index('text', { keys }), call());
    const documents = [document('long', 'long', { text: long }), document('long', 'short', { text: 'b' })];
    expect(await adapter.insert('long', documents, call(), { ordered: false })).toMatchObject([
      { status: 'failed', error: refused },
      { status: 'inserted' },
    ]);
    const change = { kind: 'merge', data: { text: long }, metadata: {} } as const;
    const modification = { id: 'before', change, expectedVersion: 1, where: undefined, insert: undefined };
    expect(await adapter.modify('long', [modification], call(), { ordered: true })).toMatchObject([
      { status: 'failed', error: refused },
    ]);
    // A hash has no such bound, and what is unique is kept as one.
    const other = document('other', 'long', { text: long });
    await adapter.insert('other', [other], call(), { ordered: true });
    const hashed = [{ path: ['text'], kind: 'hashed' as const }];
    await adapter.schema.createIndex('other', index('hash', { keys: hashed }), call());
    await expect(adapter.schema.createIndex('other', index('text', { keys }), call())).rejects.toMatchObject({
      code: 'INDEX_ERROR',
    });
  });
});
