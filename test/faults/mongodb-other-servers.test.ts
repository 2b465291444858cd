import { Long } from 'mongodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import { errorStatus } from '../../src/domain/errors.ts';
import type { Json, JsonObject } from '../../src/domain/value/value.ts';
import { mongodbApp } from '../support/mongodb-app.ts';
import { addressOf, type MongodbWire, mongodbWire } from '../support/mongodb-wire.ts';
import { insertAll } from '../support/repository-shorthand.ts';
import { type createTestApp, type Got, send } from '../support/test-app.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository } from '../support/test-databases.ts';

const uri = process.env.MONGODB_URI ?? '';
const name = 'mongodb_lacking';
const at = `/documents/${name}`;

/** One request of every kind, and the command whose lack it meets. */
const requests: readonly (readonly [command: string, request: string, body?: Json])[] = [
  ['insert', 'POST /documents', { collection: name, data: { n: 1 } }],
  ['insert', 'POST /documents/bulk/insert', { collection: name, documents: [{ data: {} }, { data: {} }] }],
  ['find', `GET ${at}/a`],
  ['find', `GET ${at}?sort=n`],
  ['find', `POST ${at}/search`, { filter: { n: { $gt: 0 } } }],
  ['aggregate', `POST ${at}/count`, { filter: { n: 1 } }],
  ['count', `GET ${at}/count/estimate`],
  ['findAndModify', `PUT ${at}/a`, { data: { n: 2 }, version: 1 }],
  ['findAndModify', `PUT ${at}/a/replace`, { data: { n: 2 } }],
  ['findAndModify', `DELETE ${at}/a`],
  ['findAndModify', `POST ${at}/a/find-and-update`, { update: { $inc: { n: 1 } } }],
  ['findAndModify', `POST ${at}/a/find-and-update`, { update: [{ $set: { n: { $add: ['$n', 1] } } }] }],
  ['findAndModify', `POST ${at}/a/find-and-delete`, {}],
  ['insert', `POST ${at}/upsert`, { filter: { id: 'new' }, update: { $set: { n: 1 } } }],
  ['aggregate', `POST ${at}/aggregate`, { pipeline: [{ $group: { _id: '$n' } }] }],
  ['distinct', `POST ${at}/distinct`, { field: 'n' }],
  ['update', `POST ${at}/update-many`, { filter: {}, update: { $set: { n: 5 } } }],
  ['delete', `POST ${at}/delete-many`, { filter: { n: 1 } }],
  ['createIndexes', `POST /indexes/${name}`, { keys: { lacking: 1 } }],
  ['dropIndexes', `DELETE /indexes/${name}/lacking_1`],
  ['create', 'POST /collections', { name: `${name}_new` }],
  ['listCollections', 'GET /collections'],
  ['renameCollection', `POST /collections/${name}/rename`, { new_name: `${name}_2` }],
  ['drop', `DELETE /collections/${name}`],
  ['aggregate', `GET /stats/collection/${name}`],
  ['dbStats', 'GET /stats/database/mongodb'],
  [
    'findAndModify',
    'POST /transactions/execute',
    { operations: [{ type: 'update', collection: name, id: 'a', update: { $inc: { n: 1 } } }] },
  ],
  ['find', 'POST /query/raw', { query: { find: name } }],
];

/** Servers that speak MongoDB's protocol and are not MongoDB 7 in a replica set, played by the way to the server. */
describe.skipIf(uri === '')('mongodb', () => {
  let wire: MongodbWire;
  let repository: DocumentRepository;
  let app: ReturnType<typeof createTestApp>;

  beforeEach(async () => {
    wire = await mongodbWire(addressOf(uri));
    const settings = {
      uri: `mongodb://127.0.0.1:${wire.port}/documents?directConnection=true&retryReads=false`,
      server_selection_timeout: '1s',
    };
    repository = await openTestRepository({ type: 'mongodb', settings });
    app = mongodbApp(repository);
  });
  afterEach(async () => {
    await repository.close();
    await wire.close();
  });

  /** What every request is answered when its command fails so. */
  async function answers(
    failure: Record<string, unknown>,
  ): Promise<(Got & { request: string; command: string })[]> {
    const all: (Got & { request: string; command: string })[] = [];
    for (const [command, request, body] of requests) {
      wire.clear();
      await repository.deleteMany(name, { kind: 'everything' }, testCall());
      await insertAll(repository, name, [{ _id: 'a', n: 1 }]);
      wire.decide((sent) => (sent.name === command ? failure : 'pass'));
      all.push({ ...(await send(app, request, body === undefined ? {} : { body })), request, command });
      wire.clear();
    }
    return all;
  }

  test.each([
    ['MongoDB: CommandNotFound', { code: 59, codeName: 'CommandNotFound', errmsg: 'no such command' }],
    ['MongoDB: CommandNotSupported', { code: 115, codeName: 'CommandNotSupported' }],
    ['FerretDB: NotImplemented', { code: 238, codeName: 'NotImplemented', errmsg: 'not implemented yet' }],
    ['Amazon DocumentDB: a feature', { code: 303, errmsg: 'Feature not supported' }],
    ['Amazon DocumentDB: a stage', { code: 304, errmsg: 'Aggregation stage not supported' }],
    ['Amazon DocumentDB: retryable writes', { code: 301, errmsg: 'Retryable writes are not supported' }],
    ['MongoDB: IllegalOperation', { code: 20, codeName: 'IllegalOperation', errmsg: 'secret' }],
  ])('what a server cannot do is UNSUPPORTED_OPERATION (%s)', async (_what, failure) => {
    const others = (await answers({ ok: 0, ...failure })).filter(({ request, status, error }) => {
      // A transaction tells its failure as its own, with the reason.
      const { reason } = (error.details ?? {}) as JsonObject;
      if (request.includes('/transactions/')) return reason !== 'UNSUPPORTED_OPERATION';
      // There is another command for it.
      if (request.includes('/stats/collection/')) return status !== 200;
      return status !== 501 || error.code !== 'UNSUPPORTED_OPERATION';
    });
    expect(others.map(({ request, status, error }) => ({ request, status, error }))).toEqual([]);
  });

  test.each([
    ['no code, no name, no words', {}],
    ['a code that nobody knows', { code: 4242, errmsg: 'secret' }],
    ['an assertion of another product', { code: 9_999_999, errmsg: 'secret' }],
    ['a code that is text', { code: 'E1', errmsg: 'secret' }],
    ['InternalError', { code: 1, codeName: 'InternalError', errmsg: 'secret' }],
    ['Unauthorized', { code: 13, codeName: 'Unauthorized', errmsg: 'secret' }],
    ['too many requests of Azure Cosmos DB', { code: 16_500, errmsg: 'secret' }],
    ['an overloaded server', { code: 462, errmsg: 'secret', errorLabels: ['SystemOverloadedError'] }],
    ['FailedToParse', { code: 9, codeName: 'FailedToParse', errmsg: 'secret' }],
  ])('any other failure is one of the closed list and tells nothing (%s)', async (_what, failure) => {
    for (const { request, status, error, body } of await answers({ ok: 0, ...failure })) {
      const code = String(error.code) as keyof typeof errorStatus;
      expect({ request, known: errorStatus[code] }).toEqual({ request, known: status });
      expect({ request, code }).not.toMatchObject({ code: 'INTERNAL_ERROR' });
      expect(JSON.stringify(body)).not.toContain('secret');
    }
  });

  test('a success that holds nothing is no crash', async () => {
    for (const { request, status, error } of await answers({ ok: 1 }))
      expect({ request, code: error.code ?? 'none', status }).not.toMatchObject({ code: 'INTERNAL_ERROR' });
  });

  test('statistics come from the command where there is no such stage', async () => {
    await repository.deleteMany(name, { kind: 'everything' }, testCall());
    await insertAll(repository, name, [{ _id: 's', n: 1 }]);
    wire.decide(({ body }) =>
      JSON.stringify(body.pipeline ?? '').includes('$collStats') ? { ok: 0, code: 304, errmsg: 'x' } : 'pass',
    );
    expect((await send(app, `GET /stats/collection/${name}`)).data).toMatchObject({ document_count: 1 });
    await repository.deleteMany(name, { kind: 'everything' }, testCall());
  });

  test.each([
    ['with the key', { keyPattern: { _id: 1 }, keyValue: { _id: 'late' } }],
    [
      'in the words of DocumentDB',
      { errmsg: "Duplicate key violation on the requested collection: Index '_id_'" },
    ],
    ['without a word', {}],
  ])(
    'an upsert that comes second updates, however the server tells of the first (%s)',
    async (_what, more) => {
      await repository.deleteMany(name, { kind: 'everything' }, testCall());
      await insertAll(repository, name, [{ _id: 'late', n: 41 }]);
      const lies = new Map<string, Record<string, unknown>>([
        ['find', { ok: 1, cursor: { id: Long.ZERO, ns: `documents.${name}`, firstBatch: [] } }],
        ['insert', { ok: 1, n: 0, writeErrors: [{ index: 0, code: 11_000, errmsg: 'duplicate', ...more }] }],
      ]);
      wire.decide((sent) => {
        const lie = lies.get(sent.name);
        lies.delete(sent.name);
        return lie ?? 'pass';
      });
      const upsert = await send(app, `POST ${at}/upsert`, {
        body: { filter: { id: 'late' }, update: { $inc: { n: 1 } } },
      });
      expect(upsert.status).toBe(200);
      expect(lies.size).toBe(0);
      expect((await repository.get(name, 'late', testCall()))?.data.value.n).toBe(42);
    },
  );

  test.each([
    ['a standalone server', { setName: undefined, hosts: undefined, primary: undefined, me: undefined }],
    [
      'a server without sessions',
      {
        setName: undefined,
        hosts: undefined,
        primary: undefined,
        me: undefined,
        logicalSessionTimeoutMinutes: undefined,
        topologyVersion: undefined,
        electionId: undefined,
        setVersion: undefined,
        lastWrite: undefined,
      },
    ],
  ])(
    '%s serves everything but transactions and changes, for which it names the replica set',
    async (_what, greeting) => {
      wire.disguise(greeting);
      expect(
        (await send(app, `POST ${at}/upsert`, { body: { filter: { id: 'x' }, update: { $set: { n: 1 } } } }))
          .status,
      ).toBeLessThan(300);
      expect(
        (await send(app, `POST ${at}/x/find-and-update`, { body: { update: { $inc: { n: 1 } } } })).status,
      ).toBe(200);
      expect(wire.commands.every(({ body }) => body.txnNumber === undefined)).toBe(true);
      const transaction = await send(app, 'POST /transactions/execute', {
        body: { operations: [{ type: 'delete', collection: name, id: 'x' }] },
      });
      expect(transaction).toMatchObject({ status: 501, error: { code: 'UNSUPPORTED_OPERATION' } });
      expect(transaction.error.message).toContain('replica set');
      const watching = repository.watch({ collection: name, after: undefined }, testCall());
      await expect(watching[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'UNSUPPORTED_OPERATION',
        message: expect.stringContaining('replica set'),
      });
      expect(await repository.ping(testCall())).toMatchObject({ topology: { type: 'standalone' } });
    },
  );

  test('a server that is too old says so as a connection that cannot be made', async () => {
    wire.disguise({ maxWireVersion: 2 });
    expect(await send(app, `GET ${at}/a`)).toMatchObject({
      status: 503,
      error: { code: 'CONNECTION_ERROR' },
    });
  });
});
