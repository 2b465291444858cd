import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { createPostgresqlAdapter } from './postgresql-adapter.ts';
import { call, document, dropDatabase, freshDatabase } from './postgresql-test-database.ts';

/** Without a server the tests are skipped. */
const serverUri = process.env.POSTGRESQL_URI;
const database = 'documents_feed_test';

describe.skipIf(serverUri === undefined)('the change feed of PostgreSQL', () => {
  let client: pg.Client;
  let adapter: DatabaseAdapter<SqlFragment>;
  beforeAll(async () => {
    const uri = await freshDatabase(serverUri, database);
    adapter = createPostgresqlAdapter({ uri, keptChanges: 2, sweepIntervalMs: 50 });
    client = new pg.Client({ connectionString: uri });
    await client.connect();
  }, 60_000);
  afterAll(async () => {
    await client.end();
    await adapter.close();
    await dropDatabase(serverUri, database);
  }, 60_000);

  async function logged(): Promise<readonly string[]> {
    const { rows } = await client.query<{ seq: string }>(
      'SELECT seq FROM document_service.outbox ORDER BY 1',
    );
    return rows.map(({ seq }) => seq);
  }

  const next = (after: string) =>
    adapter.changeFeed?.watch({ collection: 'c', after }, call())[Symbol.asyncIterator]().next();

  it('says when changes are no longer kept, but not of a number that was rolled back', async () => {
    const data = [1, 2, 3, 4, 5].map((n) => document('c', `d${n}`, { n }));
    await adapter.insert('c', data.slice(0, 3), call(), { ordered: true });
    await client.query("SELECT nextval(pg_get_serial_sequence('document_service.outbox', 'seq'))");
    await adapter.insert('c', data.slice(3), call(), { ordered: true });
    await expect.poll(logged, { timeout: 5_000 }).toEqual(['3', '5', '6']);
    const path = 'Last-Event-ID';
    const gone = { path, oldest_position: '3', latest_position: '6' };
    await expect(next('0')).rejects.toMatchObject({ code: 'INVALID_REQUEST', details: gone });
    await expect(next('2')).rejects.toMatchObject({ code: 'INVALID_REQUEST', details: gone });
    expect((await next('3'))?.value.id).toBe('d4');
    const ahead = { path, latest_position: '6' };
    await expect(next('7')).rejects.toMatchObject({ code: 'INVALID_REQUEST', details: ahead });
  });
});
