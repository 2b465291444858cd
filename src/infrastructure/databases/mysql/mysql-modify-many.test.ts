import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DatabaseAdapter } from '../../../application/ports/database-adapter.ts';
import { parseUpdate } from '../../../application/query-language/parse-update.ts';
import type { Change } from '../../../domain/document/modification.ts';
import type { Json } from '../../../domain/value/value.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { createMysqlAdapter } from './mysql-adapter.ts';
import { call, document, freshDatabase, index, onServer } from './mysql-test-database.ts';

/** Without a server the tests are skipped. */
const serverUri = process.env.MYSQL_URI;
const database = 'documents_modify_many_test';
const collection = 'things';
const everything = sql`TRUE`;

function update(source: Json): Change {
  const options = { path: 'update', shortNames: true, extendedJson: false };
  return { kind: 'update', update: parseUpdate(source, undefined, options) };
}

describe.skipIf(serverUri === undefined)('many documents in one statement of MySQL', () => {
  let adapter: DatabaseAdapter<SqlFragment>;
  beforeAll(async () => {
    adapter = createMysqlAdapter({ uri: await freshDatabase(serverUri, database), pool: { max: 16 } });
  });
  beforeEach(async () => {
    await adapter.modifyMany?.(collection, undefined, { kind: 'remove' }, call());
    await adapter.insert(
      collection,
      Array.from({ length: 50 }, (_, n) => document(collection, `d${n}`, { n, x: 0.5 })),
      call(),
      { ordered: true },
    );
    await onServer(serverUri, [`DELETE FROM ${database}.\`$outbox\``]);
  });
  afterAll(async () => {
    await adapter.close();
    await onServer(serverUri, [`DROP DATABASE IF EXISTS ${database}`]);
  });

  async function logged(): Promise<readonly (readonly unknown[])[]> {
    return onServer(serverUri, [
      `SELECT id, kind, CAST(version AS SIGNED), data FROM ${database}.\`$outbox\` ORDER BY seq`,
    ]);
  }

  test('many at once lose nothing, and every change has its line in the log', async () => {
    const change = update({ $inc: { n: 1, x: 0.25 } });
    const runs = Array.from({ length: 16 }, () =>
      adapter.modifyMany?.(collection, everything, change, call()),
    );
    const single = Array.from({ length: 16 }, (_, n) =>
      adapter.modify(
        collection,
        [{ id: `d${n}`, change, where: undefined, expectedVersion: undefined, insert: undefined }],
        call(),
        { ordered: true },
      ),
    );
    for (const one of await Promise.all(runs)) expect(one).toEqual({ matched: 50, modified: 50 });
    await Promise.all(single);
    const documents = await adapter.get(
      collection,
      Array.from({ length: 50 }, (_, n) => `d${n}`),
      call(),
    );
    documents.forEach((one, n) => {
      const times = n < 16 ? 17 : 16;
      expect(one?.data.value).toEqual({ n: n + times, x: 0.5 + times / 4 });
      expect(one?.version).toBe(1 + times);
    });
    const log = await logged();
    expect(log).toHaveLength(16 * 50 + 16);
    const last = log.findLast(([id]) => id === 'd3');
    expect(JSON.parse(String(last?.[3]))).toEqual({ n: 20, x: 4.75 });
    expect(new Set(log.map(([id, , version]) => `${id} ${version}`)).size).toBe(log.length);
  });

  test('counts what matched and what changed', async () => {
    const where = sql`CAST(JSON_EXTRACT(data, '$.n') AS DOUBLE) < 10`;
    const change = update({ $set: { seen: true, n: 3 }, $unset: { x: '' } });
    expect(await adapter.modifyMany?.(collection, where, change, call())).toEqual({
      matched: 10,
      modified: 10,
    });
    expect(await adapter.modifyMany?.(collection, where, change, call())).toEqual({
      matched: 10,
      modified: 0,
    });
    expect(await logged()).toHaveLength(10);
  });

  test('removes with a line for each', async () => {
    expect(await adapter.modifyMany?.(collection, everything, { kind: 'remove' }, call())).toEqual({
      matched: 50,
      modified: 50,
    });
    expect(await adapter.count(collection, undefined, call())).toBe(0);
    expect((await logged()).every(([, kind, version]) => kind === 'deleted' && Number(version) === 1)).toBe(
      true,
    );
  });

  test('leaves to the service what one document refuses, and collections with unique keys', async () => {
    await adapter.insert(
      collection,
      [document(collection, 'text', { n: 'no number' }), document(collection, 'large', { n: 2 ** 53 - 1 })],
      call(),
      { ordered: true },
    );
    expect(await adapter.modifyMany?.(collection, everything, update({ $inc: { n: 1 } }), call())).toBe(
      undefined,
    );
    expect(await adapter.modifyMany?.(collection, everything, update({ $set: { 'a.b': 1 } }), call())).toBe(
      undefined,
    );
    await adapter.insert('keyed', [document('keyed', 'a', { k: 1 })], call(), { ordered: true });
    const unique = index('k', { keys: [{ path: ['k'], kind: 1 }], unique: true });
    await adapter.schema.createIndex('keyed', unique, call());
    expect(await adapter.modifyMany?.('keyed', everything, update({ $set: { k: 2 } }), call())).toBe(
      undefined,
    );
  });
});
