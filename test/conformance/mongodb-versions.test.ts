import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { JsonObject } from '../../src/domain/value/value.ts';
import { insertAll, updateOne } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository } from '../support/test-databases.ts';

const uri = process.env.MONGODB_URI ?? '';
const name = 'mongodb_versions';

/** Updates that a query could take for something else: whether they change the document, and so its version. */
const cases: readonly (readonly [JsonObject, JsonObject, 'modified' | 'unchanged'])[] = [
  // A number in a query is also the name of a field of an array's elements; in an update it is a position.
  [{ b: [{ '0': { a: [1] } }] }, { $pop: { 'b.0.a': 1 } }, 'unchanged'],
  [{ b: [{ '0': { a: [5] } }] }, { $addToSet: { 'b.0.a': 5 } }, 'modified'],
  [{ b: [{ '0': { a: [5] } }] }, { $pull: { 'b.0.a': 5 } }, 'unchanged'],
  [{ b: [{ '0': { a: [5] } }] }, { $pullAll: { 'b.0.a': [5] } }, 'unchanged'],
  [{ b: [{ a: [5] }] }, { $pullAll: { 'b.0.a': [5] } }, 'modified'],
  [{ b: [{ a: [5] }] }, { $addToSet: { 'b.0.a': 5 } }, 'unchanged'],
  // A condition of $pull on fields is none on elements that have no fields.
  [{ a: [null, 1] }, { $pull: { a: { k: null } } }, 'unchanged'],
  [{ a: [[]] }, { $pull: { a: { k: null } } }, 'unchanged'],
  [{ a: [1] }, { $pull: { a: { k: { $ne: 2 } } } }, 'unchanged'],
  [{ a: [{}] }, { $pull: { a: { k: null } } }, 'modified'],
  [{ a: [{ k: 1 }] }, { $pull: { a: { k: { $ne: 2 } } } }, 'modified'],
  [{ a: [{ k: 1 }] }, { $pull: { a: { k: { $gt: 1 } } } }, 'unchanged'],
  [{ a: [1, [1]] }, { $pull: { a: 1 } }, 'modified'],
  [{ a: [[1]] }, { $pull: { a: 1 } }, 'unchanged'],
  [{ a: null }, { $set: { a: null } }, 'unchanged'],
  [{}, { $set: { a: null } }, 'modified'],
  [{ a: [1] }, { $set: { a: 1 } }, 'modified'],
  [{}, { $push: { a: { $each: [] } } }, 'modified'],
  [{ a: [] }, { $push: { a: { $each: [] } } }, 'unchanged'],
  [{}, { $addToSet: { a: { $each: [] } } }, 'modified'],
  [{}, { $pullAll: { a: [1] } }, 'unchanged'],
  [{ a: { b: [] } }, { $unset: { 'a.b.c': '' } }, 'unchanged'],
];

describe.skipIf(uri === '')('mongodb', () => {
  let repository: DocumentRepository;

  beforeAll(async () => {
    repository = await openTestRepository({ type: 'mongodb', settings: { uri } });
    await repository.deleteMany(name, { kind: 'everything' }, testCall());
  });
  afterAll(() => repository.close());

  test('the version rises when an update changes something, and only then', async () => {
    await insertAll(
      repository,
      name,
      cases.map(([data], index) => ({ _id: `v${index}`, ...data })),
    );
    for (const [index, [data, update, status]] of cases.entries()) {
      const outcome = await updateOne(repository, name, `v${index}`, update);
      const version = (await repository.get(name, `v${index}`, testCall()))?.version;
      expect({ data, update, status: outcome.status, version }).toEqual({
        data,
        update,
        status,
        version: status === 'modified' ? 2 : 1,
      });
    }
  });
});
