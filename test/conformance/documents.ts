import { expect } from 'vitest';
import { changeOne, findAll, insertAll, updateOne } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { testDocument } from '../support/test-document.ts';
import type { Suite } from './suite.ts';

/** One document: what goes in comes out, versions count changes, a stale version is told. */
export function documents({ repository, collection, test }: Suite): void {
  test('a document comes back as it went in', async () => {
    const name = await collection();
    const data = {
      text: 'naïve 😀 "quoted" \\ back\nline',
      big: 9007199254740991,
      small: -9007199254740991,
      real: 0.1,
      tiny: 5e-324,
      huge: 1.7976931348623157e308,
      yes: true,
      no: false,
      nothing: null,
      list: [1, [2, [3]], { deep: { er: [] } }],
      object: { '': 'empty key', 'with space': 1, ünï: {} },
    };
    const document = { ...testDocument(name, 'a/b c%😀', data), metadata: { owner: 'me', tags: ['x'] } };
    await repository().insert(name, [document], true, testCall());
    const read = await repository().get(name, 'a/b c%😀', testCall());
    expect(read?.data.value).toEqual(data);
    expect(read?.metadata).toEqual(document.metadata);
    expect(read?.version).toBe(1);
    expect(read?.createdAt).toBe(document.createdAt);
    expect(read?.updatedAt).toBe(document.updatedAt);
    expect(await repository().get(name, 'other', testCall())).toBeUndefined();
  });

  test('an id that exists is a duplicate, and the others of an unordered batch are kept', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'b', n: 1 }]);
    const batch = ['a', 'b', 'c'].map((id) => testDocument(name, id, { n: 2 }));
    const outcomes = await repository().insert(name, batch, false, testCall());
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['inserted', 'failed', 'inserted']);
    expect(outcomes[1]).toMatchObject({ error: { code: 'DUPLICATE_KEY' } });
    expect((await repository().get(name, 'b', testCall()))?.data.value).toEqual({ n: 1 });
  });

  test('an ordered batch stops at its first failure', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'b', n: 1 }]);
    const batch = ['a', 'b', 'c'].map((id) => testDocument(name, id, { n: 2 }));
    const outcomes = await repository().insert(name, batch, true, testCall());
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['inserted', 'failed', 'skipped']);
    expect(await repository().get(name, 'c', testCall())).toBeUndefined();
  });

  test('every change counts the version, a change to the same does not', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'a', n: 1 }]);
    expect(await updateOne(repository(), name, 'a', { $set: { n: 2 } })).toMatchObject({
      status: 'modified',
      before: { version: 1 },
      after: { version: 2 },
    });
    expect(await updateOne(repository(), name, 'a', { $set: { n: 2 } })).toMatchObject({
      status: 'unchanged',
    });
    expect((await repository().get(name, 'a', testCall()))?.version).toBe(2);
  });

  test('merge sets top-level fields, replace leaves only the new ones, remove removes', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'a', keep: 1, object: { x: 1 } }]);
    const merge = { kind: 'merge', data: { object: { y: 2 } }, metadata: { by: 'me' } } as const;
    expect(await changeOne(repository(), name, 'a', merge)).toMatchObject({ status: 'modified' });
    const merged = await repository().get(name, 'a', testCall());
    expect(merged?.data.value).toEqual({ keep: 1, object: { y: 2 } });
    expect(merged?.metadata).toEqual({ by: 'me' });
    await changeOne(repository(), name, 'a', { kind: 'replace', data: { only: true }, metadata: undefined });
    expect((await repository().get(name, 'a', testCall()))?.data.value).toEqual({ only: true });
    expect(await changeOne(repository(), name, 'a', { kind: 'remove' })).toMatchObject({ status: 'removed' });
    expect(await changeOne(repository(), name, 'a', { kind: 'remove' })).toEqual({ status: 'missing' });
    expect(await findAll(repository(), name, {})).toEqual([]);
  });

  test('a stale version is told and nothing is changed', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'a', n: 1 }]);
    const replace = { kind: 'replace', data: { n: 9 }, metadata: undefined } as const;
    expect(await changeOne(repository(), name, 'a', replace, 7)).toEqual({
      status: 'stale',
      currentVersion: 1,
    });
    expect(await changeOne(repository(), name, 'a', { kind: 'remove' }, 7)).toMatchObject({
      status: 'stale',
    });
    expect((await repository().get(name, 'a', testCall()))?.data.value).toEqual({ n: 1 });
  });

  test('a change that cannot be applied fails and changes nothing', async () => {
    const name = await collection();
    await insertAll(repository(), name, [{ _id: 'a', text: 'x' }]);
    const outcome = await updateOne(repository(), name, 'a', { $inc: { text: 1 } });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'INVALID_REQUEST' } });
    expect((await repository().get(name, 'a', testCall()))?.version).toBe(1);
  });
}
