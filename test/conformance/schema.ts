import { expect } from 'vitest';
import { createIndex, findIds, insertAll } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import type { Suite } from './suite.ts';

/** Collections, indexes and statistics. */
export function schema({ repository, collection, test }: Suite): void {
  test('a collection is created, listed, and dropped', async () => {
    const name = 'Conformance.made-here_1';
    if (await repository().collectionExists(name, testCall()))
      await repository().dropCollection(name, testCall());
    await repository().createCollection(name, { capped: undefined }, testCall());
    expect(await repository().listCollections(testCall())).toContain(name);
    const again = repository().createCollection(name, { capped: undefined }, testCall());
    await expect(again).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    await insertAll(repository(), name, [{ _id: 'a' }]);
    await repository().dropCollection(name, testCall());
    expect(await repository().collectionExists(name, testCall())).toBe(false);
    expect(await findIds(repository(), name, {})).toEqual([]);
    const missing = repository().dropCollection(name, testCall());
    await expect(missing).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
  });

  test('names that differ in case are two collections', async () => {
    const names = ['conformance_case', 'Conformance_Case'];
    for (const name of names) {
      if (await repository().collectionExists(name, testCall()))
        await repository().dropCollection(name, testCall());
      await insertAll(repository(), name, [{ _id: name }]);
    }
    for (const name of names) expect(await findIds(repository(), name, {})).toEqual([name]);
    for (const name of names) await repository().dropCollection(name, testCall());
  });

  test('a renamed collection keeps documents and indexes', async () => {
    const [from, to] = ['conformance_old', 'conformance_new'];
    for (const name of [from, to]) {
      if (await repository().collectionExists(name, testCall()))
        await repository().dropCollection(name, testCall());
    }
    await insertAll(repository(), from, [{ _id: 'a', n: 1 }]);
    const rename = repository().renameCollection(from, to, testCall());
    if (repository().capabilities.collections.rename === 'unsupported') {
      return expect(rename).rejects.toMatchObject({ code: 'UNSUPPORTED_OPERATION' });
    }
    await rename;
    expect(await findIds(repository(), to, { n: 1 })).toEqual(['a']);
    expect(await repository().collectionExists(from, testCall())).toBe(false);
    await repository().dropCollection(to, testCall());
  });

  test('indexes are listed after _id_, made twice without harm, and dropped', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'a', n: 1 }]);
    expect(await createIndex(repository(), name, { n: 1 })).toBe('n_1');
    await createIndex(repository(), name, { n: 1 });
    const indexes = await repository().listIndexes(name, testCall());
    expect(indexes.map((index) => index.name)).toEqual(['_id_', 'n_1']);
    await repository().dropIndex(name, 'n_1', testCall());
    await expect(repository().dropIndex(name, 'n_1', testCall())).rejects.toMatchObject({
      code: 'INDEX_ERROR',
    });
    await expect(repository().dropIndex(name, '_id_', testCall())).rejects.toMatchObject({
      code: 'INDEX_ERROR',
    });
    const missing = repository().listIndexes('no_such_collection', testCall());
    await expect(missing).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
  });

  test('a unique index refuses what breaks it, when it is made and afterwards', async () => {
    const name = await collection();
    await insertAll(repository(), name, [
      { _id: 'a', n: 1 },
      { _id: 'b', n: 1 },
    ]);
    const broken = createIndex(repository(), name, { n: 1 }, { unique: true });
    await expect(broken).rejects.toMatchObject({ code: 'DUPLICATE_KEY' });
    await repository().deleteMany(name, { kind: 'everything' }, testCall());
    await createIndex(repository(), name, { n: 1 }, { unique: true });
    await insertAll(repository(), name, [{ _id: 'a', n: 1 }, { _id: 'b', n: '1' }, { _id: 'c' }]);
    await expect(insertAll(repository(), name, [{ _id: 'd', n: 1.0 }])).rejects.toMatchObject({
      code: 'DUPLICATE_KEY',
    });
    await expect(insertAll(repository(), name, [{ _id: 'e', n: null }])).rejects.toMatchObject({
      code: 'DUPLICATE_KEY',
    });
  });

  test('statistics count documents', async () => {
    const name = await collection();
    await insertAll(repository(), name, [
      { _id: 'a', n: 1 },
      { _id: 'b', n: 2 },
    ]);
    expect(await repository().collectionStats(name, testCall())).toMatchObject({ documentCount: 2 });
    expect((await repository().stats(testCall())).collectionsCount).toBeGreaterThan(0);
    expect((await repository().ping(testCall())).latencyMs).toBeGreaterThanOrEqual(0);
  });
}
