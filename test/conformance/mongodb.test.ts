import {
  BSON,
  type Collection,
  Decimal128,
  Double,
  type Filter,
  Int32,
  Long,
  MongoClient,
  ObjectId,
} from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { parseFilter } from '../../src/application/query-language/parse-filter.ts';
import { parseUpdate } from '../../src/application/query-language/parse-update.ts';
import { flatView } from '../../src/domain/document/flat-view.ts';
import type { Change } from '../../src/domain/document/modification.ts';
import { sortKey } from '../../src/domain/evaluation/sort-key.ts';
import type { Json } from '../../src/domain/value/value.ts';
import { aggregateAll, changeOne } from '../support/repository-shorthand.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository } from '../support/test-databases.ts';
import { testDocument } from '../support/test-document.ts';

const uri = process.env.MONGODB_URI ?? '';
const name = 'mongodb_of_others';
const extended = { path: '', shortNames: true, extendedJson: true };
const oid = new ObjectId('65a1b2c3d4e5f60718293a4b');

type Stored = Record<string, unknown> & { _id: unknown };

/** What only MongoDB has: collections that other programs wrote, BSON types, Extended JSON, its own commands. */
describe.skipIf(uri === '')('mongodb', () => {
  let client: MongoClient;
  let others: Collection<Stored>;
  let repository: DocumentRepository;

  beforeAll(async () => {
    client = await MongoClient.connect(uri);
    others = client.db('documents').collection<Stored>(name);
    repository = await openTestRepository({ type: 'mongodb', settings: { uri } });
  });
  afterAll(async () => {
    await repository.close();
    await client.close();
  });
  beforeEach(() => others.deleteMany({}));

  const get = (id: string) => repository.get(name, id, testCall());
  const raw = (id: unknown) => others.findOne({ _id: id } as Filter<Stored>, { promoteValues: false });
  const update = (source: Json, arrayFilters?: Json): Change => ({
    kind: 'update',
    update: parseUpdate(source, arrayFilters, { ...extended, path: 'update' }),
  });
  const find = (filter: Json, sort: 1 | -1 = 1, after?: readonly Json[]) =>
    Array.fromAsync(
      repository.find(
        name,
        {
          filter: parseFilter(filter, extended),
          sort: [{ path: ['_id'], direction: sort }],
          skip: 0,
          limit: after === undefined ? undefined : 1,
          after,
          projection: undefined,
        },
        testCall(),
      ),
    );

  test('ids of every kind are read as texts and found by them', async () => {
    await others.insertMany([
      { _id: oid, n: 1 },
      { _id: 5, n: 2 },
      { _id: 'plain', n: 3 },
      { _id: '6', n: 4 },
    ]);
    for (const id of [oid.toHexString(), '5', 'plain', '6']) {
      expect((await get(id))?.id).toBe(id);
      expect((await find({ id })).map((document) => document.id)).toEqual([id]);
    }
    expect(await get('{"$gt":""}')).toBeUndefined();
    expect(await find({ id: { $in: ['5', oid.toHexString(), '{"$ne":1}'] } })).toHaveLength(2);
  });

  test('a document without our fields reads as version 1 with the dates of its ObjectId', async () => {
    await others.insertMany([
      { _id: oid, a: 1 },
      { _id: 'x', a: 1 },
    ]);
    const made = oid.getTimestamp().toISOString();
    expect(await get(oid.toHexString())).toMatchObject({
      version: 1,
      createdAt: made,
      updatedAt: made,
      metadata: {},
    });
    expect(await get('x')).toMatchObject({ version: 1, createdAt: null, updatedAt: null });
    expect(await find({ _version: 1 })).toHaveLength(2);
    expect(await find({ _version: { $gt: 1 } })).toHaveLength(0);
  });

  test('BSON types leave as Extended JSON and come back as they were', async () => {
    const types = {
      _id: 'types',
      date: new Date('2024-05-01T10:00:00.123Z'),
      ref: oid,
      decimal: Decimal128.fromString('1.10'),
      big: Long.fromString('9007199254740993'),
      bytes: new BSON.Binary(Buffer.from('hello')),
      regex: new BSON.BSONRegExp('^a', 'i'),
      nested: { list: [new Date(0), { at: oid }] },
    };
    await others.insertOne(types);
    const read = await get('types');
    expect(read?.data.value).toEqual({
      date: { $date: '2024-05-01T10:00:00.123Z' },
      ref: { $oid: oid.toHexString() },
      decimal: { $numberDecimal: '1.10' },
      big: { $numberLong: '9007199254740993' },
      bytes: { $binary: { base64: 'aGVsbG8=', subType: '00' } },
      regex: { $regularExpression: { pattern: '^a', options: 'i' } },
      nested: { list: [{ $date: '1970-01-01T00:00:00Z' }, { at: { $oid: oid.toHexString() } }] },
    });
    const copy = testDocument(name, 'copy', read?.data.value ?? {});
    expect(await repository.insert(name, [copy], true, testCall())).toEqual([{ status: 'inserted' }]);
    const { _id, ...stored } = (await raw('types')) ?? { _id: undefined };
    expect(await raw('copy')).toMatchObject(stored);
    expect(await find({ date: { $gt: { $date: '2024-01-01T00:00:00Z' } } })).toHaveLength(2);
    expect(await find({ ref: { $oid: oid.toHexString() } })).toHaveLength(2);
  });

  test('updates, merges and replacements leave the types of what they do not change', async () => {
    const mine = {
      price: new Double(5),
      count: Long.fromNumber(3),
      inner: { rate: new Double(1), n: new Int32(2) },
    };
    await others.insertOne({ _id: oid, ...mine, at: new Date(0), s: 'x' });
    const id = oid.toHexString();
    expect(
      await changeOne(repository, name, id, update({ $set: { s: 'y' }, $inc: { extra: 1 } })),
    ).toMatchObject({
      status: 'modified',
      after: { version: 2 },
    });
    const read = (await get(id))?.data.value ?? {};
    const merged = { ...read, s: 'z', inner: { rate: 1, n: 3 } };
    expect(
      await changeOne(repository, name, id, { kind: 'merge', data: merged, metadata: undefined }),
    ).toMatchObject({
      status: 'modified',
      after: { version: 3, data: { value: merged } },
    });
    expect(await raw(oid)).toMatchObject({
      price: new Double(5),
      count: Long.fromNumber(3),
      inner: { rate: new Double(1), n: new Int32(3) },
      at: new Date(0),
    });
    const replacement = { ...merged, s: 'last', count: 4 };
    await changeOne(repository, name, id, { kind: 'replace', data: replacement, metadata: undefined });
    expect(await raw(oid)).toMatchObject({
      price: new Double(5),
      count: new Int32(4),
      inner: { rate: new Double(1) },
      at: new Date(0),
    });
    expect(
      await changeOne(repository, name, id, { kind: 'merge', data: { price: 5 }, metadata: undefined }),
    ).toMatchObject({ status: 'unchanged' });
  });

  test('the version rises only when something changes', async () => {
    await repository.insert(
      name,
      [testDocument(name, 'v', { a: 1, list: [1, { k: 1 }], n: 5 })],
      true,
      testCall(),
    );
    const same: readonly Json[] = [
      { $set: { a: 1 } },
      { $unset: { gone: '' } },
      { $min: { n: 7 } },
      { $max: { n: 3 } },
      { $addToSet: { list: 1 } },
      { $pull: { list: 99 } },
      { $pullAll: { list: [7, 8] } },
      { $mul: { n: 1 } },
      { $inc: { n: 0 } },
      { $rename: { gone: 'there' } },
      { $set: { 'list.0': 1 } },
      { $pull: { list: { k: 2 } } },
    ];
    for (const source of same) {
      const outcome = await changeOne(repository, name, 'v', update(source));
      expect({ source, status: outcome.status }).toEqual({ source, status: 'unchanged' });
    }
    expect((await get('v'))?.version).toBe(1);
    const outcome = await changeOne(repository, name, 'v', update({ $pop: { n: 1 } }));
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'INVALID_REQUEST' } });
  });

  test('what an update tells is what it stored, also of BSON types', async () => {
    await others.insertOne({
      _id: 'u',
      at: new Date(0),
      n: Decimal128.fromString('1.5'),
      list: [{ k: 1 }, { k: 2 }],
    });
    const sources: readonly (readonly [Json, Json?])[] = [
      [{ $max: { at: { $date: '2024-01-01T00:00:00Z' } } }],
      [{ $inc: { n: 1 } }],
      [{ $currentDate: { touched: true } }],
      [{ $set: { 'list.$[big].k': 9 } }, [{ 'big.k': { $gt: 1 } }]],
      [{ $push: { list: { $each: [{ k: 0 }], $sort: { k: 1 }, $slice: 2 } } }],
      [[{ $set: { copy: '$at' } }, { $unset: 's' }]],
    ];
    for (const [source, arrayFilters] of sources) {
      const outcome = await changeOne(repository, name, 'u', update(source, arrayFilters));
      expect({ source, status: outcome.status }).toEqual({ source, status: 'modified' });
      const after = outcome.status === 'modified' ? outcome.after : undefined;
      expect(after && { ...after, data: after.data.value }).toEqual({
        ...(await get('u')),
        data: (await get('u'))?.data.value,
      });
    }
    expect(await get('u')).toMatchObject({
      version: 7,
      data: { value: { copy: { $date: '2024-01-01T00:00:00Z' } } },
    });
  });

  test('update-many counts what matches and gives documents of others their first version', async () => {
    await others.insertMany([
      { _id: oid, g: 1, a: 1 },
      { _id: 'x', g: 1, a: 2 },
      { _id: 'y', g: 2, a: 2 },
    ]);
    await repository.insert(name, [testDocument(name, 'ours', { g: 1, a: 1 })], true, testCall());
    const { update: parsed } = update({ $set: { a: 2 } }) as Extract<Change, { kind: 'update' }>;
    const result = await repository.updateMany(name, parseFilter({ g: 1 }, extended), parsed, testCall());
    expect(result).toEqual({ matched: 3, modified: 2 });
    expect((await find({})).map(({ id, version }) => [id, version])).toEqual([
      ['ours', 2],
      ['x', 1],
      ['y', 1],
      [oid.toHexString(), 2],
    ]);
  });

  test('cursor pages go over ids of every kind', async () => {
    await others.insertMany([
      { _id: 5 },
      { _id: 7 },
      { _id: 'a' },
      { _id: '65a1b2c3d4e5f60718293a4c' },
      { _id: oid },
    ]);
    for (const direction of [1, -1] as const) {
      const all = (await find({}, direction)).map(({ id }) => id);
      const seen: string[] = [];
      let after: readonly Json[] = [direction === 1 ? Number.MIN_SAFE_INTEGER : { $oid: 'f'.repeat(24) }];
      for (;;) {
        const [next] = await find({}, direction, after);
        if (next === undefined || seen.length > all.length) break;
        seen.push(next.id);
        after = sortKey(flatView(next), [{ path: ['_id'], direction }]) as readonly Json[];
      }
      expect(seen).toEqual(all);
    }
  });

  test('dates of the service are texts in filters, documents and pipelines', async () => {
    const document = { ...testDocument(name, 'd', {}), createdAt: '2024-05-01T00:00:00.000Z' };
    await repository.insert(name, [document], true, testCall());
    expect(await find({ created_at: { $gte: '2024-05-01T00:00:00.000Z', $lt: '2024-06' } })).toHaveLength(1);
    expect(await find({ created_at: { $lt: '2024-05-01' } })).toHaveLength(0);
    expect(await find({ created_at: '2024-05-01T00:00:00.000Z' })).toHaveLength(1);
    expect(await aggregateAll(repository, name, [{ $project: { _created_at: 1 } }])).toEqual([
      { _id: 'd', _created_at: '2024-05-01T00:00:00.000Z' },
    ]);
    expect((await raw('d'))?._created_at).toBeInstanceOf(Date);
  });
});
