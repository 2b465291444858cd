import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addressOf, type MongodbWire, mongodbWire } from '../../../../test/support/mongodb-wire.ts';
import { testCall } from '../../../../test/support/test-call.ts';
import { openTestRepository } from '../../../../test/support/test-databases.ts';
import { testDocument } from '../../../../test/support/test-document.ts';
import type { DocumentRepository } from '../../../application/ports/document-repository.ts';
import { ServiceError } from '../../../domain/errors.ts';

const uri = process.env.MONGODB_URI ?? '';
const collection = 'mongodb_late_transactions';

describe.skipIf(uri === '')('a transaction whose time is over', () => {
  let wire: MongodbWire;
  let repository: DocumentRepository;

  beforeAll(async () => {
    wire = await mongodbWire(addressOf(uri));
    const address = `mongodb://127.0.0.1:${wire.port}/documents?directConnection=true`;
    repository = await openTestRepository({ type: 'mongodb', settings: { uri: address } });
  });
  afterAll(async () => {
    await repository.close();
    await wire.close();
  });
  beforeEach(async () => {
    await repository.deleteMany(collection, { kind: 'everything' }, testCall());
    await repository.insert(collection, [testDocument(collection, 'first', {})], true, testCall());
    wire.clear();
  });

  const insertUntilCommit = () => {
    const overdue = new AbortController();
    wire.decide(({ name }) => {
      if (name === 'commitTransaction') overdue.abort(new ServiceError('QUERY_TIMEOUT', 'the time is over'));
      return 'pass';
    });
    const document = testDocument(collection, 'second', {});
    return repository.transaction([{ kind: 'insert', collection, document }], {
      ...testCall(),
      signal: overdue.signal,
    });
  };
  const isStored = async () => (await repository.get(collection, 'second', testCall())) !== undefined;
  const sent = (command: string) => wire.commands.filter(({ name }) => name === command).length;

  test('while the commit is on its way says that the outcome is unknown, and is not aborted', async () => {
    await expect(insertUntilCommit()).rejects.toMatchObject({
      code: 'QUERY_TIMEOUT',
      details: { outcome: 'unknown' },
    });
    await expect.poll(isStored).toBe(true);
    expect([sent('commitTransaction'), sent('abortTransaction')]).toEqual([1, 0]);
  });
});
