import { expect } from 'vitest';
import {
  changeOne,
  createIndex,
  filterOf,
  findAll,
  insertAll,
  updateOf,
  updateOne,
} from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { testDocument } from '../support/test-document.ts';
import type { Suite } from './suite.ts';

const writers = Array.from({ length: 64 }, (_, index) => index);

/** Single-document changes are atomic: nothing is lost, nobody wins twice. */
export function concurrency({ repository, collection, test }: Suite): void {
  test('64 concurrent increments of one document add up', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'counter', n: 0 }]);
    const outcomes = await Promise.all(
      writers.map(() => updateOne(repository(), name, 'counter', { $inc: { n: 1 } })),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(writers.map(() => 'modified'));
    const counter = await repository().get(name, 'counter', testCall());
    expect(counter?.data.value).toEqual({ n: 64 });
    expect(counter?.version).toBe(65);
  });

  test('one writer wins each version', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'a', by: -1 }]);
    const outcomes = await Promise.all(
      writers.map((by) =>
        changeOne(repository(), name, 'a', { kind: 'merge', data: { by }, metadata: undefined }, 1),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'modified')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.status === 'stale')).toHaveLength(63);
  });

  test('upserts that race on one id make one document', async () => {
    const name = await collection();
    const update = updateOf({ $inc: { n: 1 } });
    const results = await Promise.all(
      writers.map(() => repository().upsert(name, filterOf({ id: 'once' }), update, testCall())),
    );
    expect(results.filter((result) => result.operation === 'created')).toHaveLength(1);
    expect((await findAll(repository(), name, {})).map((one) => one.data.value)).toEqual([{ n: 64 }]);
  });

  test('a unique index lets one of many racing inserts through', async () => {
    const name = await collection();
    await createIndex(repository(), name, { email: 1 }, { unique: true });
    const outcomes = await Promise.all(
      writers.map((n) =>
        repository().insert(name, [testDocument(name, `id${n}`, { email: 'a@b' })], true, testCall()),
      ),
    );
    const statuses = outcomes.map(([outcome]) => outcome?.status);
    expect(statuses.filter((status) => status === 'inserted')).toHaveLength(1);
    expect(
      outcomes.flat().filter((one) => one.status === 'failed' && one.error.code === 'DUPLICATE_KEY'),
    ).toHaveLength(63);
  });

  test('one of many racing removals gets the document', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'a', n: 1 }]);
    const outcomes = await Promise.all(
      writers.map(() => changeOne(repository(), name, 'a', { kind: 'remove' })),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'removed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.status === 'missing')).toHaveLength(63);
  });
}
