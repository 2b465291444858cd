import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentRepository, WriteOperation } from '../../src/application/ports/document-repository.ts';
import { addressOf, type Fate, type MongodbWire, mongodbWire } from '../support/mongodb-wire.ts';
import { updateOf } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository } from '../support/test-databases.ts';
import { testDocument } from '../support/test-document.ts';

const uri = process.env.MONGODB_URI ?? '';
const name = 'mongodb_lost_transactions';

/** Transfers between two accounts while the way to the server breaks at every step of the transaction. */
describe.skipIf(uri === '')('mongodb', () => {
  let client: MongoClient;
  let wire: MongodbWire;
  let repository: DocumentRepository;

  beforeAll(async () => {
    client = await MongoClient.connect(uri);
    wire = await mongodbWire(addressOf(uri));
    const settings = {
      uri: `mongodb://127.0.0.1:${wire.port}/documents?directConnection=true&heartbeatFrequencyMS=500`,
      server_selection_timeout: '1s',
    };
    repository = await openTestRepository({ type: 'mongodb', settings });
  });
  afterAll(async () => {
    await repository.close();
    await wire.close();
    await client.close();
  });
  beforeEach(async () => {
    wire.clear();
    await repository.deleteMany(name, { kind: 'everything' }, testCall());
    const accounts = ['a', 'b'].map((id) => testDocument(name, id, { n: 10 }));
    await repository.insert(name, accounts, true, testCall());
    wire.clear();
  });

  const transfer = (milliseconds?: number) =>
    repository.transaction(
      [
        add('a', -3),
        add('b', 3),
        { kind: 'insert', collection: name, document: testDocument(name, 'log', { moved: 3 }) },
      ],
      testCall(milliseconds),
    );
  const accounts = async () => {
    const stored = client.db('documents').collection(name);
    return (await stored.find({ n: { $exists: true } }, { sort: { _id: 1 } }).toArray()).map(({ n }) => n);
  };
  /** The fate of the first commands of this name; all others pass. */
  const first = (command: string, fate: Fate, times = 1): void => {
    let left = times;
    wire.decide((sent) => {
      if (sent.name !== command || left === 0) return 'pass';
      left -= 1;
      return fate;
    });
  };
  const sent = (command: string) => wire.commands.filter((one) => one.name === command).length;

  test.each([
    ['findAndModify', 'cut'],
    ['findAndModify', 'lose'],
    ['insert', 'cut'],
    ['insert', 'lose'],
  ] as const)(
    'a connection that breaks at %s (%s) makes the transaction start again',
    async (command, fate) => {
      first(command, fate);
      expect(await transfer()).toHaveLength(3);
      expect(await accounts()).toEqual([7, 13]);
      expect(sent(command)).toBeGreaterThan(command === 'insert' ? 1 : 2);
    },
  );

  test.each(['cut', 'lose'] as const)('a commit without an answer (%s) is sent again', async (fate) => {
    first('commitTransaction', fate, 3);
    expect(await transfer()).toHaveLength(3);
    expect(await accounts()).toEqual([7, 13]);
    expect(sent('commitTransaction')).toBe(4);
    const concerns = wire.commands.flatMap(({ body }) => (body.commitTransaction ? [body.writeConcern] : []));
    expect(concerns.at(-1)).toMatchObject({ w: 'majority' });
  });

  test('an error with the label TransientTransactionError starts the transaction again', async () => {
    first('commitTransaction', failure(251, 'NoSuchTransaction', ['TransientTransactionError']));
    expect(await transfer()).toHaveLength(3);
    expect(await accounts()).toEqual([7, 13]);
    expect(sent('insert')).toBe(2);
  });

  test('an error with the label UnknownTransactionCommitResult sends only the commit again', async () => {
    const label = ['UnknownTransactionCommitResult'];
    first('commitTransaction', { ...failure(91, 'ShutdownInProgress', label), ok: 0 });
    expect(await transfer()).toHaveLength(3);
    expect(await accounts()).toEqual([7, 13]);
    expect([sent('insert'), sent('commitTransaction')]).toEqual([1, 2]);
  });

  test('a commit for which the server had no time is not sent again', async () => {
    first('commitTransaction', failure(50, 'MaxTimeMSExpired', ['UnknownTransactionCommitResult']), 9);
    await expect(transfer()).rejects.toMatchObject({
      code: 'QUERY_TIMEOUT',
      details: { outcome: 'unknown' },
    });
    expect(sent('commitTransaction')).toBe(1);
    // The server has not seen that commit, and holds the locks.
    const { lsid } = wire.commands.find((one) => one.name === 'insert')?.body ?? {};
    await client.db('admin').command({ killSessions: [lsid] });
  });

  test('what fails for good is not tried again, and frees its locks at once', async () => {
    const run = repository.transaction(
      [add('a', 1), { kind: 'insert', collection: name, document: testDocument(name, 'b', {}) }],
      testCall(),
    );
    await expect(run).rejects.toMatchObject({ code: 'TRANSACTION_FAILED', details: { failed_operation: 1 } });
    expect([sent('findAndModify'), sent('abortTransaction')]).toEqual([1, 1]);
    await transfer();
    expect(await accounts()).toEqual([7, 13]);
  });

  test('a server that breaks every connection ends the attempts by the deadline, and nothing is done', async () => {
    wire.decide(({ name }) => (name === 'insert' ? 'cut' : 'pass'));
    const start = Date.now();
    await expect(transfer(3000)).rejects.toMatchObject({
      code: expect.stringMatching(/^(CONNECTION_ERROR|TRANSACTION_FAILED|QUERY_TIMEOUT)$/),
    });
    expect(Date.now() - start).toBeLessThan(4000);
    wire.clear();
    await expect.poll(() => transfer().catch(() => []), { timeout: 20_000 }).toHaveLength(3);
    expect(await accounts()).toEqual([7, 13]);
  });

  test('a commit that nobody answers says that its outcome is unknown', async () => {
    wire.decide(({ name }) => (name === 'commitTransaction' ? 'lose' : 'pass'));
    await expect(transfer(3000)).rejects.toMatchObject({
      code: expect.stringMatching(/^(CONNECTION_ERROR|QUERY_TIMEOUT)$/),
      details: { outcome: 'unknown' },
    });
    expect(await accounts()).toEqual([7, 13]);
  });
});

function add(id: string, amount: number): WriteOperation {
  return {
    kind: 'change',
    collection: name,
    target: { kind: 'id', id, expectedVersion: undefined },
    change: { kind: 'update', update: updateOf({ $inc: { n: amount } }) },
    upsert: false,
    expectMatched: undefined,
    optional: false,
  };
}

function failure(code: number, codeName: string, errorLabels: readonly string[]): Record<string, unknown> {
  return { ok: 0, code, codeName, errmsg: codeName, errorLabels };
}
