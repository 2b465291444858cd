import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import { createMysqlAdapter } from './mysql-adapter.ts';
import { call, document, freshDatabase, onServer } from './mysql-test-database.ts';

/** Without a server the tests are skipped. */
const serverUri = process.env.MYSQL_URI;
const database = 'documents_feed_test';

describe.skipIf(serverUri === undefined)('the change feed of MySQL', () => {
  let uri: string;
  let adapter: DatabaseAdapter<SqlFragment>;
  beforeAll(async () => {
    uri = await freshDatabase(serverUri, database);
    adapter = createMysqlAdapter({ uri });
    await adapter.insert('c', [document('c', 'first', {})], call(), { ordered: true });
  }, 60_000);
  afterAll(async () => {
    await adapter.close();
    await onServer(serverUri, [`DROP DATABASE IF EXISTS ${database}`]);
  }, 60_000);

  /** A change of another program, whose number is given before it is committed. */
  async function change(id: string): Promise<mysql.Connection> {
    const connection = await mysql.createConnection(uri);
    await connection.beginTransaction();
    await connection.query(
      `INSERT INTO \`$outbox\` (collection, id, kind, version, data, metadata, occurred_at)
        VALUES ('c', ?, 'created', 1, '{}', '{}', '2026-01-01T00:00:00.000Z')`,
      [id],
    );
    return connection;
  }

  it('waits for every change that has a lower number, however many there are', {
    timeout: 30_000,
  }, async () => {
    const stop = new AbortController();
    const told: string[] = [];
    const watching = (async () => {
      const scope = { collection: 'c', after: undefined };
      for await (const { id } of adapter.changeFeed?.watch(scope, call(60_000, stop.signal)) ?? [])
        told.push(id);
    })();
    watching.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const changes: mysql.Connection[] = [];
    onTestFinished(async () => {
      stop.abort();
      await Promise.allSettled([watching, ...changes.map((connection) => connection.end())]);
    });
    for (const id of ['a', 'b', 'c', 'd']) changes.push(await change(id));
    const [a, b, c, d] = changes;
    await b?.commit();
    await d?.commit();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(told).toEqual([]);
    await a?.commit();
    await expect.poll(() => told, { timeout: 5000 }).toEqual(['a', 'b']);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(told).toEqual(['a', 'b']);
    await c?.rollback();
    await expect.poll(() => told, { timeout: 5000 }).toEqual(['a', 'b', 'd']);
  });

  it('says when changes are no longer kept, but not of a number that was rolled back', async () => {
    const data = [1, 2, 3, 4, 5].map((n) => document('kept', `d${n}`, { n }));
    const swept = createMysqlAdapter({ uri, keptChanges: 2, sweepIntervalMs: 50 });
    onTestFinished(() => swept.close());
    await swept.insert('kept', data.slice(0, 3), call(), { ordered: true });
    const undone = await change('undone');
    await undone.rollback();
    await undone.end();
    await swept.insert('kept', data.slice(3), call(), { ordered: true });
    const seqs = async (): Promise<readonly string[]> =>
      (await onServer(serverUri, [`SELECT seq FROM ${database}.\`$outbox\` ORDER BY seq`])).map(([seq]) =>
        String(seq),
      );
    await expect.poll(seqs, { timeout: 5_000 }).toHaveLength(3);
    const [oldest, , latest] = await seqs();
    const next = (after: string) =>
      swept.changeFeed?.watch({ collection: 'kept', after }, call())[Symbol.asyncIterator]().next();
    const path = 'Last-Event-ID';
    const gone = { path, oldest_position: oldest, latest_position: latest };
    await expect(next('0')).rejects.toMatchObject({ code: 'INVALID_REQUEST', details: gone });
    expect((await next(oldest ?? ''))?.value.id).toBe('d4');
    const ahead = { path, latest_position: latest };
    await expect(next('999999')).rejects.toMatchObject({ code: 'INVALID_REQUEST', details: ahead });
  });
});
