import { expect } from 'vitest';
import type { WriteOperation } from '../../src/application/ports/document-repository.ts';
import type { Json } from '../../src/domain/value/value.ts';
import {
  collatedFilterOf,
  filterOf,
  findAll,
  findIds,
  insertAll,
  updateOf,
} from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { testDocument } from '../support/test-document.ts';
import type { Suite } from './suite.ts';

/** Update-many, delete-many, upsert and bulk writes. */
export function many({ repository, collection, test }: Suite): void {
  const docs = [1, 2, 3, 4].map((n) => ({ _id: `d${n}`, n, tags: n > 2 ? ['x'] : [] }));

  test('update-many counts what matched and what changed', async () => {
    const name = await collection();
    await insertAll(repository(), name, docs);
    const update = updateOf({ $max: { n: 3 }, $set: { seen: true } });
    expect(await repository().updateMany(name, filterOf({ n: { $gte: 2 } }), update, testCall())).toEqual({
      matched: 3,
      modified: 3,
    });
    const again = await repository().updateMany(name, filterOf({ n: { $gte: 2 } }), update, testCall());
    expect(again).toEqual({ matched: 3, modified: 0 });
    const versions = (await findAll(repository(), name, {}, { id: 1 })).map((one) => one.version);
    expect(versions).toEqual([1, 2, 2, 2]);
  });

  test('delete-many deletes what the filter finds, elements of arrays too', async () => {
    const name = await collection();
    await insertAll(repository(), name, docs);
    expect(await repository().deleteMany(name, filterOf({ tags: 'x' }), testCall())).toBe(2);
    expect(await findIds(repository(), name, {})).toEqual(['d1', 'd2']);
  });

  test('a collation says which strings of a filter are equal, in reads and in writes', async () => {
    const name = await collection();
    const names = ['apple', 'Apple', 'Äpple', 'pear', 'item 10', 'item 9'];
    await insertAll(
      repository(),
      name,
      names.map((text, n) => ({ _id: `c${n}`, n, text, list: [text], sub: { text } })),
    );
    const count = (filter: Json, collation: Json) =>
      repository().count(name, collatedFilterOf(filter, collation), testCall());
    const anyCase = { locale: 'en', strength: 2 };
    expect(await count({ text: 'APPLE' }, anyCase)).toBe(2);
    expect(await count({ text: 'APPLE', n: { $lt: 1 } }, anyCase)).toBe(1);
    expect(await count({ list: 'APPLE' }, anyCase)).toBe(2);
    expect(await count({ sub: { text: 'APPLE' } }, anyCase)).toBe(2);
    expect(await count({ text: { $in: ['APPLE', 'PEAR'] } }, anyCase)).toBe(3);
    expect(await count({ text: { $ne: 'APPLE' } }, anyCase)).toBe(4);
    expect(await count({ $expr: { $eq: ['$text', 'APPLE'] } }, anyCase)).toBe(2);
    expect(await count({ text: 'apple' }, { locale: 'en', strength: 1 })).toBe(3);
    expect(await count({ text: { $gt: 'item 9' } }, { locale: 'en', numericOrdering: true })).toBe(2);
    expect(await count({ text: 'APPLE' }, { locale: 'simple' })).toBe(0);
    const update = updateOf({ $set: { seen: true } });
    const updated = await repository().updateMany(
      name,
      collatedFilterOf({ list: 'APPLE' }, anyCase),
      update,
      testCall(),
    );
    expect(updated).toEqual({ matched: 2, modified: 2 });
    expect(await findIds(repository(), name, { seen: true })).toEqual(['c0', 'c1']);
    const gone = collatedFilterOf({ text: 'PEAR' }, anyCase);
    expect(await repository().deleteMany(name, gone, testCall())).toBe(1);
    expect(await count({ text: 'pear' }, anyCase)).toBe(0);
  });

  test('an upsert changes what it finds, else inserts the equalities of its filter', async () => {
    const name = await collection();
    const update = updateOf({ $inc: { n: 1 }, $setOnInsert: { made: true } });
    const made = await repository().upsert(name, filterOf({ key: 'k', 'sub.x': 1 }), update, testCall());
    expect(made.operation).toBe('created');
    expect(await repository().upsert(name, filterOf({ key: 'k' }), update, testCall())).toMatchObject({
      id: made.id,
      operation: 'updated',
    });
    const [document] = await findAll(repository(), name, {});
    expect(document?.data.value).toEqual({ key: 'k', sub: { x: 1 }, n: 2, made: true });
  });

  test('an upsert does not invent another id than its filter asks for', async () => {
    const name = await collection();
    const upsert = repository().upsert(name, filterOf({ id: 5 }), updateOf({ $set: { n: 1 } }), testCall());
    await expect(upsert).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    expect(await findIds(repository(), name, {})).toEqual([]);
  });

  test('a bulk write runs in order, and an ordered one stops at a failure', async () => {
    const name = await collection();
    await insertAll(repository(), name, docs);
    const operations: readonly WriteOperation[] = [
      { kind: 'insert', collection: name, document: testDocument(name, 'new', { n: 9 }) },
      change(name, 'new', { $inc: { n: 1 } }),
      change(name, 'd1', { $inc: { tags: 1 } }),
      change(name, 'd2', { $set: { n: 0 } }),
    ];
    const result = await repository().bulkWrite(operations, true, testCall());
    expect(result.failures).toMatchObject([{ index: 2, code: 'INVALID_REQUEST' }]);
    expect(result.skipped).toBe(1);
    expect((await repository().get(name, 'new', testCall()))?.data.value).toEqual({ n: 10 });
    expect((await repository().get(name, 'd2', testCall()))?.version).toBe(1);
    const rest = await repository().bulkWrite(operations.slice(2), false, testCall());
    expect(rest.failures).toHaveLength(1);
    expect((await repository().get(name, 'd2', testCall()))?.data.value).toMatchObject({ n: 0 });
  });

  test('a bulk of thousands of inserts lands whole', async () => {
    const name = await collection();
    const batch = Array.from({ length: 3000 }, (_, n) =>
      testDocument(name, `b${n}`, { n, text: 'x'.repeat(50) }),
    );
    const outcomes = await repository().insert(name, batch, true, testCall());
    expect(outcomes.every((outcome) => outcome.status === 'inserted')).toBe(true);
    expect(await repository().count(name, filterOf({}), testCall())).toBe(3000);
  });
}

function change(collection: string, id: string, update: Parameters<typeof updateOf>[0]): WriteOperation {
  return {
    kind: 'change',
    collection,
    target: { kind: 'id', id, expectedVersion: undefined },
    change: { kind: 'update', update: updateOf(update) },
    upsert: false,
    expectMatched: undefined,
    optional: false,
  };
}
