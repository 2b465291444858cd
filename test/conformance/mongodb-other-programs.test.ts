import {
  Binary,
  BSON,
  BSONRegExp,
  Code,
  type Collection,
  Decimal128,
  Double,
  type Filter,
  Int32,
  Long,
  MaxKey,
  MinKey,
  MongoClient,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { mongodbApp } from '../support/mongodb-app.ts';
import { isMongodbStandIn } from '../support/mongodb-stand-in.ts';
import { type createTestApp, type Got, send } from '../support/test-app.ts';
import { openTestRepository } from '../support/test-databases.ts';

const uri = process.env.MONGODB_URI ?? '';
const name = 'mongodb_other_programs';

type Stored = Record<string, unknown> & { _id: unknown };

/** A value of every type that another program may have stored. */
const types = {
  double: new Double(5),
  fraction: new Double(-0.1),
  minusZero: new Double(-0),
  notANumber: new Double(Number.NaN),
  infinite: new Double(Number.NEGATIVE_INFINITY),
  int: new Int32(7),
  long: Long.fromNumber(7),
  big: Long.fromString('-9223372036854775808'),
  decimal: Decimal128.fromString('1.10'),
  decimalNaN: Decimal128.fromString('NaN'),
  bytes: new Binary(Buffer.from([0, 255, 10]), 0),
  uuid: new UUID('0d1a3c9e-1f6b-4f0e-9f2b-0c7f5e6f1a2b'),
  oldUuid: new Binary(Buffer.alloc(16, 3), 3),
  custom: new Binary(Buffer.from('x'), 0x80),
  date: new Date('2024-05-01T10:00:00.123Z'),
  farDate: new Date(253_402_300_800_000),
  before1970: new Date(-1),
  stamp: new Timestamp({ t: 4_000_000_000, i: 4_000_000_000 }),
  objectId: new ObjectId('65a1b2c3d4e5f60718293a4c'),
  regex: new BSONRegExp('^a.*\\d', 'imsx'),
  code: new Code('function () { return 1 }'),
  min: new MinKey(),
  max: new MaxKey(),
  nothing: null,
  yes: true,
  text: 'é😀\u0000z',
  empty: {},
  emptyList: [],
};

const document = documentOf(types);

function documentOf(values: object) {
  return {
    ...values,
    inner: { ...values, deeper: [{ ...values }, [types.long, [types.double]]] },
    list: [new Double(1), new Int32(1), Long.fromNumber(1), Decimal128.fromString('1'), 'a', new Date(0)],
    counter: Long.fromNumber(41),
    label: 'a',
  };
}

/** The stand-in cannot compare regular expressions, code and empty lists in objects, which a merge of them needs. */
const comparable = (await isMongodbStandIn(uri))
  ? documentOf({ ...types, regex: 1, code: 1, emptyList: 1 })
  : document;

const ids: readonly (readonly [text: string, stored: unknown])[] = [
  ['65a1b2c3d4e5f60718293a4b', new ObjectId('65a1b2c3d4e5f60718293a4b')],
  ['42', new Int32(42)],
  ['4200000000000', Long.fromNumber(4_200_000_000_000)],
  ['43', new Double(43)],
  ['plain text', 'plain text'],
  ['{"$binary":{"base64":"DRo8nh9rTw6fKwx/Xm8aKw==","subType":"04"}}', types.uuid],
  ['{"$date":"2024-05-01T10:00:00.123Z"}', types.date],
  ['{"region":"eu","n":1}', { region: 'eu', n: new Int32(1) }],
];

/** What other programs stored, through the whole API; what no request names keeps its bytes. */
describe.skipIf(uri === '')('mongodb', () => {
  let client: MongoClient;
  let others: Collection<Stored>;
  let repository: DocumentRepository;
  let app: ReturnType<typeof createTestApp>;

  beforeAll(async () => {
    client = await MongoClient.connect(uri);
    others = client.db('documents').collection<Stored>(name);
    repository = await openTestRepository({ type: 'mongodb', settings: { uri } });
    app = mongodbApp(repository);
  });
  afterAll(async () => {
    await repository.close();
    await client.close();
  });
  beforeEach(async () => {
    await others.deleteMany({});
    await others.insertMany(ids.map(([, _id]) => ({ _id, ...document })));
  });

  const ok = async (request: string, body?: unknown, headers = {}): Promise<Got> => {
    const got = await send(app, request, { ...(body !== undefined && { body }), headers });
    expect({ request, body, status: got.status, error: got.error }).toMatchObject({
      status: expect.toSatisfy((status) => status >= 200 && status < 300),
    });
    return got;
  };
  const at = (text: string) => `/documents/${name}/${encodeURIComponent(text)}`;

  /** The stored fields but these, as bytes. */
  async function bytesWithout(_id: unknown, ...named: readonly string[]): Promise<string> {
    const found = await others.findOne({ _id } as Filter<Stored>, { promoteValues: false, bsonRegExp: true });
    const gone = new Set([...named, '_version', '_updated_at']);
    const kept = Object.entries(found ?? {}).filter(([key]) => !gone.has(key));
    return Buffer.from(BSON.serialize(Object.fromEntries(kept.sort(byName)))).toString('hex');
  }

  test('are listed, searched, counted and read, whatever their ids are', async () => {
    const { data } = await ok(`GET /documents/${name}?limit=100`);
    const listed = (data.documents as readonly JsonObject[]).map(({ id }) => id);
    expect(listed.toSorted()).toEqual(ids.map(([text]) => text).toSorted());
    for (const [text] of ids) {
      const read = await ok(`GET ${at(text)}`);
      expect(read.data).toMatchObject({ id: text, version: 1, data: { label: 'a' } });
    }
    const filters: readonly Json[] = [
      { double: 5, long: 7 },
      { decimal: { $numberDecimal: '1.1' } },
      { date: { $lt: { $date: '2024-05-02T00:00:00Z' } } },
      { objectId: { $oid: '65a1b2c3d4e5f60718293a4c' } },
      { uuid: { $uuid: '0d1a3c9e-1f6b-4f0e-9f2b-0c7f5e6f1a2b' } },
      { big: { $numberLong: '-9223372036854775808' } },
      { 'inner.deeper.long': 7, min: { $type: 'minKey' } },
      { _version: 1, list: { $all: [1, 'a'] } },
    ];
    for (const filter of filters)
      expect({
        filter,
        count: (await ok(`POST /documents/${name}/count`, { filter })).data.count,
      }).toEqual({ filter, count: ids.length });
  });

  test('pages over ids of every type meet each document once', async () => {
    for (const sort of ['id:asc', 'id:desc', 'label:asc', 'created_at:desc']) {
      const seen: unknown[] = [];
      for (let cursor = ''; ; ) {
        const page = await ok(
          `GET /documents/${name}?limit=3&sort=${sort}&cursor=${encodeURIComponent(cursor)}`,
        );
        seen.push(...(page.data.documents as readonly JsonObject[]).map(({ id }) => id));
        const next = (page.data.pagination as JsonObject | undefined)?.next_cursor ?? page.data.next_cursor;
        if (typeof next !== 'string' || seen.length > 20) break;
        cursor = next;
      }
      expect({ sort, seen: seen.toSorted() }).toEqual({ sort, seen: ids.map(([text]) => text).toSorted() });
    }
  });

  /** Each change, and the fields that it names. */
  const changes: readonly (readonly [string, (text: string) => Promise<Got>, readonly string[]])[] = [
    ['$inc', (text) => update(text, { $inc: { counter: 1 } }), ['counter']],
    ['$set', (text) => update(text, { $set: { label: 'b', 'inner.extra': 1 } }), ['label', 'inner']],
    ['a plain update', (text) => update(text, { label: 'b', counter: { $inc: 2 } }), ['label', 'counter']],
    ['$push', (text) => update(text, { $push: { list: { $each: ['z'], $slice: -20 } } }), ['list']],
    ['$pull', (text) => update(text, { $pull: { list: 'a' } }), ['list']],
    ['$unset', (text) => update(text, { $unset: { label: '' } }), ['label']],
    ['$rename', (text) => update(text, { $rename: { label: 'renamed' } }), ['label', 'renamed']],
    ['$mul', (text) => update(text, { $mul: { counter: 2 } }), ['counter']],
    ['a pipeline', (text) => update(text, [{ $set: { label: { $concat: ['$label', 'b'] } } }]), ['label']],
    ['a merge', (text) => ok(`PUT ${at(text)}`, { data: { label: 'b' }, version: 1 }), ['label']],
    ['update-many', () => updateMany({ $set: { label: 'b' } }), ['label']],
    ['update-many by a pipeline', () => updateMany([{ $set: { label: 'b' } }]), ['label']],
    [
      'bulk',
      (text) =>
        ok('POST /documents/bulk/write', {
          operations: [{ type: 'update', collection: name, id: text, update: { $set: { label: 'b' } } }],
        }),
      ['label'],
    ],
    [
      'a transaction',
      (text) =>
        ok('POST /transactions/execute', {
          operations: [{ type: 'update', collection: name, id: text, update: { $set: { label: 'b' } } }],
        }),
      ['label'],
    ],
    [
      'an upsert',
      (text) =>
        ok(`POST /documents/${name}/upsert`, { filter: { id: text }, update: { $set: { label: 'b' } } }),
      ['label'],
    ],
  ];
  const update = (text: string, source: Json) => ok(`POST ${at(text)}/find-and-update`, { update: source });
  const updateMany = (source: Json) =>
    ok(`POST /documents/${name}/update-many`, { filter: { label: 'a' }, update: source });

  test.each(changes)(
    '%s leaves the bytes of every field that it does not name',
    async (_what, change, named) => {
      for (const [text, _id] of ids) {
        await others.replaceOne({ _id } as Filter<Stored>, { ...document });
        const before = await bytesWithout(_id, ...named);
        await change(text);
        expect({ text, bytes: await bytesWithout(_id, ...named) }).toEqual({ text, bytes: before });
        const stored = await others.findOne({ _id } as Filter<Stored>);
        expect({ text, version: stored?._version }).toEqual({ text, version: 2 });
      }
    },
  );

  test('a counter keeps its type and counts exactly', async () => {
    const [text, _id] = ids[0] ?? ['', ''];
    await Promise.all(
      Array.from({ length: 20 }, () => update(text, { $inc: { counter: 1, 'inner.long': 1 } })),
    );
    const stored = await others.findOne({ _id } as Filter<Stored>, { promoteValues: false });
    expect(stored).toMatchObject({ counter: Long.fromNumber(61), inner: { long: Long.fromNumber(27) } });
    expect((await ok(`GET ${at(text)}`)).data.version).toBe(21);
  });

  test('what is read and sent back, merged or as a replacement, keeps every byte', async () => {
    for (const [text, _id] of ids) {
      await others.replaceOne({ _id } as Filter<Stored>, { ...comparable });
      const before = await bytesWithout(_id, 'label');
      const read = await ok(`GET ${at(text)}`);
      const data = { ...(read.data.data as JsonObject), label: 'b' };
      await ok(`PUT ${at(text)}`, { data, version: 1 });
      expect({ text, how: 'merge', bytes: await bytesWithout(_id, 'label') }).toEqual({
        text,
        how: 'merge',
        bytes: before,
      });
      await ok(`PUT ${at(text)}/replace`, { data }, { 'If-Match': '"2"' });
      await ok(`POST ${at(text)}/find-and-replace`, { replacement: data });
      expect({
        text,
        how: 'replace',
        bytes: await bytesWithout(_id, 'label', '_created_at', '_metadata'),
      }).toEqual({
        text,
        how: 'replace',
        bytes: before,
      });
    }
  });

  test('are deleted by id, by find-and-delete, by filter and in bulk, with their type of id', async () => {
    const [first, second, third, ...rest] = ids.map(([text]) => text);
    await ok(`DELETE ${at(first ?? '')}`);
    expect((await ok(`POST ${at(second ?? '')}/find-and-delete`, {})).data).toMatchObject({ id: second });
    await ok('POST /documents/bulk/write', {
      operations: [{ type: 'delete', collection: name, id: third }],
    });
    expect(await others.countDocuments()).toBe(rest.length);
    const deleted = await ok(`POST /documents/${name}/delete-many`, { filter: { id: { $in: rest } } });
    expect(deleted.data).toMatchObject({ deleted_count: rest.length });
    expect(await others.countDocuments()).toBe(0);
  });
});

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
