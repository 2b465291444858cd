import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteSharedSnapshot } from './sqlite-shared-snapshot.ts';
import { call, document, eachTestDatabase } from './sqlite-test-database.ts';

const database = eachTestDatabase();
const get = async (id: string) => (await database.adapter.get('c', [id], call()))[0]?.data.value;
const insert = (id: string, n: number) =>
  database.adapter.insert('c', [document(id, { n })], call(), { ordered: true });

describe('a snapshot on its own', () => {
  let writer: SqliteConnection;
  let reader: SqliteConnection;
  let snapshot: SqliteSharedSnapshot;
  const count = (): unknown => {
    snapshot.join();
    return reader.prepare('SELECT count(*) FROM things').get();
  };
  beforeEach(() => {
    const path = join(database.path, '..', 'things.db');
    writer = new SqliteConnection(path, { readOnly: false });
    writer.db.exec('PRAGMA journal_mode = WAL; CREATE TABLE things (n INTEGER)');
    reader = new SqliteConnection(path, { readOnly: true });
    snapshot = new SqliteSharedSnapshot(reader);
  });
  afterEach(() => {
    reader.close();
    writer.close();
  });

  it('is shared by the reads of one turn from the second on, and ends with the turn', async () => {
    expect(count()).toEqual([0]);
    writer.db.exec('INSERT INTO things VALUES (1)');
    expect(count()).toEqual([1]);
    writer.db.exec('INSERT INTO things VALUES (2)');
    expect(count()).toEqual([1]);
    await turn();
    expect(reader.db.isTransaction).toBe(false);
    expect(count()).toEqual([2]);
  });

  it('ends at once when it is told of a commit', () => {
    count();
    count();
    writer.db.exec('INSERT INTO things VALUES (1)');
    expect(count()).toEqual([0]);
    snapshot.end();
    expect(count()).toEqual([1]);
  });

  it('outlives its connection', async () => {
    count();
    count();
    reader.close();
    await turn();
    expect(() => snapshot.end()).not.toThrow();
  });
});

describe('point reads', () => {
  /** Reads in every turn, so that a snapshot is open whenever something else happens. */
  async function whileOthersRead(work: () => Promise<void>): Promise<void> {
    let reading = true;
    const reads = async (): Promise<void> => {
      while (reading) {
        await Promise.all([get('other'), get('other'), get('other')]);
        await turn();
      }
    };
    const others = reads();
    try {
      await work();
    } finally {
      reading = false;
      await others;
    }
  }

  it('see every write that was acknowledged before them, in the same turn too', async () => {
    await insert('other', 0);
    await whileOthersRead(async () => {
      for (let n = 0; n < 100; n++) {
        await insert(`d${n}`, n);
        expect(await get(`d${n}`)).toEqual({ n });
      }
    });
  });

  it('see a collection go and come again', async () => {
    await insert('other', 0);
    await whileOthersRead(async () => {
      for (let n = 0; n < 20; n++) {
        await insert('one', n);
        expect(await get('one')).toEqual({ n });
        await database.adapter.schema.dropCollection('c', call());
        expect(await get('one')).toBeUndefined();
      }
    });
  });

  it('may be under way when the database is closed', async () => {
    await insert('one', 1);
    const reads = Promise.all([get('one'), get('one'), get('one')]);
    await database.reopen({});
    expect(await reads).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
    await turn();
    expect(await get('one')).toEqual({ n: 1 });
  });

  it('and writes wait for no slow reader, which sees what was there when it began', async () => {
    const documents = Array.from({ length: 2000 }, (_, n) => document(`d${n}`, { n, text: 'x'.repeat(500) }));
    await database.adapter.insert('c', documents, call(), { ordered: true });
    const everything = { where: undefined, order: undefined, skip: 0, limit: undefined };
    const slow = database.adapter.find('c', everything, call())[Symbol.asyncIterator]();
    await slow.next();
    for (let n = 0; n < 10; n++) {
      await insert(`later${n}`, n);
      expect(await get(`later${n}`)).toEqual({ n });
    }
    let rest = 0;
    while ((await slow.next()).done !== true) rest += 1;
    expect(rest).toBe(1999);
  });
});
