import { expect } from 'vitest';
import type { WriteOperation } from '../../src/application/ports/document-repository.ts';
import type { Change } from '../../src/domain/document/modification.ts';
import { findAll, insertAll, updateOf } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { testDocument } from '../support/test-document.ts';
import type { Suite } from './suite.ts';

/** All or nothing, where the capability says so; a clear refusal elsewhere. */
export function transactions({ repository, collection, test }: Suite): void {
  const full = (): boolean => ['full', 'single-shard'].includes(repository().capabilities.transactions);

  test('a transaction applies all of its operations, which see each other', async () => {
    const name = await collection();
    await insertAll(repository(), name, [
      { _id: 'a', n: 10 },
      { _id: 'b', n: 0 },
    ]);
    const run = repository().transaction(
      [
        changeById(name, 'a', { kind: 'update', update: updateOf({ $inc: { n: -3 } }) }),
        changeById(name, 'b', { kind: 'update', update: updateOf({ $inc: { n: 3 } }) }),
        { kind: 'insert', collection: name, document: testDocument(name, 'log', { moved: 3 }) },
        changeById(name, 'log', { kind: 'update', update: updateOf({ $set: { done: true } }) }),
      ],
      testCall(),
    );
    if (!full()) return expect(run).rejects.toMatchObject({ code: 'UNSUPPORTED_OPERATION' });
    expect(await run).toHaveLength(4);
    const documents = await findAll(repository(), name, {}, { id: 1 });
    expect(documents.map((one) => one.data.value)).toEqual([{ n: 7 }, { n: 3 }, { moved: 3, done: true }]);
  });

  test('a failing operation leaves nothing behind and says which one it was', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'a', n: 10 }]);
    const run = repository().transaction(
      [
        changeById(name, 'a', { kind: 'update', update: updateOf({ $inc: { n: -3 } }) }),
        { kind: 'insert', collection: name, document: testDocument(name, 'log', {}) },
        changeById(name, 'nobody', { kind: 'update', update: updateOf({ $inc: { n: 3 } }) }),
      ],
      testCall(),
    );
    if (!full()) return expect(run).rejects.toMatchObject({ code: 'UNSUPPORTED_OPERATION' });
    await expect(run).rejects.toMatchObject({ code: 'TRANSACTION_FAILED', details: { failed_operation: 2 } });
    const documents = await findAll(repository(), name, {});
    expect(documents.map((one) => [one.id, one.data.value, one.version])).toEqual([['a', { n: 10 }, 1]]);
  });

  test('concurrent transfers keep the sum', async () => {
    if (!full()) return;
    const name = await collection();
    const ids = ['a', 'b', 'c', 'd'];
    await insertAll(
      repository(),
      name,
      ids.map((_id) => ({ _id, n: 100 })),
    );
    const transfers = Array.from({ length: 24 }, (_, index) => {
      const from = ids[index % 4] ?? 'a';
      const to = ids[(index * 3 + 1) % 4] ?? 'b';
      const operations = [
        changeById(name, from, { kind: 'update', update: updateOf({ $inc: { n: -1 } }) }),
        changeById(name, to, { kind: 'update', update: updateOf({ $inc: { n: 1 } }) }),
      ];
      return repository().transaction(operations, testCall());
    });
    await Promise.allSettled(transfers);
    const sum = (await findAll(repository(), name, {})).reduce(
      (total, one) => total + Number(one.data.value.n),
      0,
    );
    expect(sum).toBe(400);
  });
}

function changeById(collection: string, id: string, change: Change): WriteOperation {
  const target = { kind: 'id', id, expectedVersion: undefined } as const;
  return {
    kind: 'change',
    collection,
    target,
    change,
    upsert: false,
    expectMatched: undefined,
    optional: false,
  };
}
