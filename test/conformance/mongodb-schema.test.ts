import { Long } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { JsonObject } from '../../src/domain/value/value.ts';
import { mongodbApp } from '../support/mongodb-app.ts';
import { addressOf, type MongodbWire, mongodbWire } from '../support/mongodb-wire.ts';
import { type createTestApp, send } from '../support/test-app.ts';
import { openTestRepository } from '../support/test-databases.ts';

const uri = process.env.MONGODB_URI ?? '';
const name = 'mongodb_schema';

/** What MongoDB is told of collections and indexes; what the server of the tests cannot do is answered in its stead. */
describe.skipIf(uri === '')('mongodb', () => {
  let wire: MongodbWire;
  let repository: DocumentRepository;
  let app: ReturnType<typeof createTestApp>;

  beforeAll(async () => {
    wire = await mongodbWire(addressOf(uri));
    const settings = { uri: `mongodb://127.0.0.1:${wire.port}/documents?directConnection=true` };
    repository = await openTestRepository({ type: 'mongodb', settings });
    app = mongodbApp(repository);
    await send(app, `DELETE /collections/${name}`);
  });
  afterAll(async () => {
    await repository.close();
    await wire.close();
  });

  test.each<[string, JsonObject, JsonObject, object]>([
    ['unique', { a: 1 }, { unique: true }, { key: { a: 1 }, unique: true }],
    ['sparse', { b: -1 }, { sparse: true }, { key: { b: -1 }, sparse: true }],
    ['compound', { a: 1, 'b.c': -1 }, {}, { key: { a: 1, 'b.c': -1 } }],
    ['TTL', { at: 1 }, { expire_after_seconds: 60 }, { key: { at: 1 }, expireAfterSeconds: 60 }],
    ['TTL on our dates', { created_at: 1 }, { expire_after_seconds: 0 }, { key: { _created_at: 1 } }],
    [
      'partial',
      { p: 1 },
      { partial_filter: { n: { $gt: 5 } } },
      { key: { p: 1 }, partialFilterExpression: { n: { $gt: 5 } } },
    ],
    ['text', { title: 'text', body: 'text' }, {}, { key: { title: 'text', body: 'text' } }],
    ['2dsphere', { place: '2dsphere' }, {}, { key: { place: '2dsphere' } }],
    ['hashed', { shard: 'hashed' }, {}, { key: { shard: 'hashed' } }],
  ])('an index goes to the server as it is asked for: %s', async (_kind, keys, options, expected) => {
    wire.clear();
    wire.decide((sent) => (sent.name === 'createIndexes' ? { ok: 1 } : 'pass'));
    const made = await send(app, `POST /indexes/${name}`, { body: { keys, options } });
    expect(made).toMatchObject({ status: 201 });
    const [index] = wire.commands.flatMap(({ body }) => (body.createIndexes ? [body.indexes] : [])).flat();
    expect(JSON.parse(JSON.stringify(index))).toMatchObject(expected);
  });

  test('a capped collection is one, and later failures of it and of validators are told', async () => {
    wire.clear();
    const body = { name, options: { capped: true, size: 4096, max: 10 } };
    expect(await send(app, 'POST /collections', { body })).toMatchObject({ status: 201 });
    const { body: created } = wire.commands.find((sent) => sent.name === 'create') ?? { body: {} };
    expect(JSON.parse(JSON.stringify(created))).toMatchObject({ capped: true, size: 4096, max: 10 });
    const failing = async (code: number) => {
      wire.decide(({ name }) =>
        name === 'insert' ? { ok: 1, n: 0, writeErrors: [{ index: 0, code, errmsg: 'secret' }] } : 'pass',
      );
      const { error } = await send(app, 'POST /documents', { body: { collection: name, data: { n: 1 } } });
      expect(JSON.stringify(error)).not.toContain('secret');
      return error.code;
    };
    expect(await failing(121)).toBe('VALIDATION_ERROR');
    expect(await failing(17_280)).toBe('PAYLOAD_TOO_LARGE');
    wire.clear();
  });

  test.each([
    [40_415, 'Location40415'],
    [72, 'InvalidOptions'],
  ])('a server without images of changes gets a collection without (%s)', async (code, codeName) => {
    await send(app, `DELETE /collections/${name}`);
    wire.clear();
    wire.decide(({ body }) =>
      body.changeStreamPreAndPostImages === undefined ? 'pass' : { ok: 0, code, codeName, errmsg: 'x' },
    );
    expect(await send(app, 'POST /collections', { body: { name } })).toMatchObject({ status: 201 });
    expect(wire.commands.filter((sent) => sent.name === 'create')).toHaveLength(2);
  });

  test('a text index of another program is listed by its fields, one with a collation as it is', async () => {
    wire.clear();
    const listed = [
      { v: 2, key: { _id: 1 }, name: '_id_' },
      {
        v: 2,
        key: { _fts: 'text', _ftsx: 1 },
        name: 't',
        weights: { title: 1, body: 2 },
        textIndexVersion: 3,
      },
      { v: 2, key: { name: 1 }, name: 'c', unique: true, collation: { locale: 'de', strength: 1 } },
      { v: 2, key: { '$**': 1 }, name: 'w' },
    ];
    const cursor = { id: Long.ZERO, ns: `documents.${name}`, firstBatch: listed };
    wire.decide((sent) => (sent.name === 'listIndexes' ? { ok: 1, cursor } : 'pass'));
    const { data } = await send(app, `GET /indexes/${name}`);
    expect(data.indexes).toMatchObject([
      { name: '_id_' },
      { name: 't', keys: { title: 'text', body: 'text' } },
      { name: 'c', unique: true },
      { name: 'w' },
    ]);
    wire.clear();
    await send(app, `DELETE /collections/${name}`);
  });

  test.each(['$out', '$merge'])(
    '%s never leaves by a pipeline; a raw command may where writes are allowed',
    async (stage) => {
      wire.clear();
      const operand = stage === '$out' ? 'mongodb_schema_out' : { into: 'mongodb_schema_out' };
      const pipeline = [{ $match: {} }, { [stage]: operand }];
      const refused = await send(app, `POST /documents/${name}/aggregate`, { body: { pipeline } });
      expect(refused).toMatchObject({ status: 501, error: { code: 'UNSUPPORTED_OPERATION' } });
      const readOnly = mongodbApp(repository, { allowWrites: false });
      const raw = { body: { query: { aggregate: name, pipeline } } };
      expect((await send(readOnly, 'POST /query/raw', raw)).error.code).toBe('PERMISSION_DENIED');
      expect(wire.commands.some(({ body }) => body.aggregate !== undefined)).toBe(false);
      wire.decide((sent) => (sent.name === 'aggregate' ? { ok: 0, code: 115, errmsg: 'x' } : 'pass'));
      expect((await send(app, 'POST /query/raw', raw)).status).toBe(501);
      expect(wire.commands.some(({ body }) => JSON.stringify(body.pipeline ?? '').includes(stage))).toBe(
        true,
      );
    },
  );

  test.each([
    ['$out', { $out: 'mongodb_schema_out' }],
    ['$merge', { $merge: { into: 'mongodb_schema_out', on: 'k', whenMatched: 'merge' } }],
  ] as const)('%s leaves by a pipeline where the configuration allows it', async (_name, stage) => {
    const settings = {
      uri: `mongodb://127.0.0.1:${wire.port}/documents?directConnection=true`,
      pipeline_writes: true,
    };
    const writing = await openTestRepository({ type: 'mongodb', settings });
    try {
      wire.clear();
      const cursor = { id: Long.ZERO, ns: `documents.${name}`, firstBatch: [] };
      wire.decide((sent) => (sent.name === 'aggregate' ? { ok: 1, cursor } : 'pass'));
      const request = `POST /documents/${name}/aggregate`;
      const pipeline = [{ $match: { n: 1 } }, stage];
      const done = await send(mongodbApp(writing), request, { body: { pipeline } });
      expect(done).toMatchObject({ status: 200, data: { results: [] } });
      const [sent] = wire.commands.filter(({ body }) => body.aggregate !== undefined);
      expect(JSON.parse(JSON.stringify(sent?.body.pipeline))).toEqual([{ $match: expect.anything() }, stage]);
    } finally {
      await writing.close();
    }
  });
});
