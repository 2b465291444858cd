import { type Collection, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { JsonObject } from '../../src/domain/value/value.ts';
import { mongodbApp } from '../support/mongodb-app.ts';
import {
  asCollection,
  asName,
  asOperator,
  asValue,
  hostile,
  hostileCollections,
  hostileNames,
  name,
  type Sending,
  stolen,
} from '../support/mongodb-hostile-requests.ts';
import { operatorsOf } from '../support/mongodb-operators.ts';
import { addressOf, type MongodbWire, mongodbWire } from '../support/mongodb-wire.ts';
import { insertAll } from '../support/repository-shorthand.ts';
import { type createTestApp, send } from '../support/test-app.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository } from '../support/test-databases.ts';

const uri = process.env.MONGODB_URI ?? '';

/** What most requests are for, as it is before each. */
const original = { v: 1, list: [{ k: 1, v: 1 }], _version: 1 };
/** Operators that the service never writes itself: in place of a value, none of them may be read as an operator. */
const foreign = ['$jsonSchema', '$mod', '$bitsAllSet', '$rand'];
const forbidden = ['$where', '$function', '$accumulator', '$out', '$merge', '$code', '$scope'];

/** What reaches the server of hostile requests, told by every command that was sent. */
describe.skipIf(uri === '')('mongodb', () => {
  let client: MongoClient;
  let others: Collection<{ _id: string }>;
  let wire: MongodbWire;
  let repository: DocumentRepository;
  let app: ReturnType<typeof createTestApp>;

  beforeAll(async () => {
    client = await MongoClient.connect(uri);
    others = client.db('documents').collection<{ _id: string }>(name);
    wire = await mongodbWire(addressOf(uri));
    const settings = { uri: `mongodb://127.0.0.1:${wire.port}/documents?directConnection=true` };
    repository = await openTestRepository({ type: 'mongodb', settings });
    app = mongodbApp(repository);
    await repository.deleteMany(name, { kind: 'everything' }, testCall());
    await insertAll(repository, name, [{ _id: 'kept' }]);
  });
  afterAll(async () => {
    await repository.close();
    await wire.close();
    await client.close();
  });

  /** What of `wanted` the server was to read as operators, over many requests; none of them may fail by a fault. */
  async function readAsOperators(
    sendings: readonly Sending[],
    wanted: readonly string[],
    allowWrites = false,
  ): Promise<unknown[]> {
    const app = mongodbApp(repository, { allowWrites });
    const found: unknown[] = [];
    for (const [request, body, headers = {}] of sendings) {
      await others.replaceOne({ _id: 'a' }, original, { upsert: true });
      wire.clear();
      const { status, error } = await send(
        app,
        request,
        body === undefined ? { headers } : { body, headers },
      );
      const read = wire.commands.flatMap(operatorsOf).filter((operator) => wanted.includes(operator));
      // What the stand-in fails at by itself is no fault of ours.
      const { mongodb_error } = (error.details ?? {}) as JsonObject;
      const fault = status >= 500 && status !== 501 && mongodb_error !== 'MongodoubleError';
      if (read.length > 0 || fault) found.push({ request, body, read, ...(fault && { error }) });
    }
    return found;
  }

  test('what is asked of hostile values is answered where they are none', async () => {
    const refused: unknown[] = [];
    const app = mongodbApp(repository);
    for (const [request, body, headers = {}] of asValue('x')) {
      await others.replaceOne({ _id: 'a' }, original, { upsert: true });
      const { status } = await send(app, request, body === undefined ? { headers } : { body, headers });
      if (status === 400) refused.push(request.replace(/\?.*/, ''));
    }
    // A version, an entity tag, a cursor, a whole document and a position in the log are never just any text.
    expect(refused).toEqual([
      `PUT /documents/${name}/a`,
      `PUT /documents/${name}/a`,
      `POST /documents/${name}/a/find-and-update`,
      `GET /documents/${name}`,
      `GET /documents/${name}/watch`,
    ]);
  });

  test('a value is never read as an operator', async () => {
    expect(await readAsOperators(hostile.flatMap(asValue), [...forbidden, ...foreign])).toEqual([]);
  });

  test('code and writes to other collections never reach the server, however deep', async () => {
    expect(await readAsOperators(hostile.flatMap(asOperator), forbidden)).toEqual([]);
    const code = forbidden.filter((operator) => operator !== '$out' && operator !== '$merge');
    const writing = hostile.filter((h) => !Object.hasOwn(h, '$out') && !Object.hasOwn(h, '$merge'));
    expect(await readAsOperators(writing.flatMap(asOperator), code, true)).toEqual([]);
  });

  test('names of fields are never operators', async () => {
    expect(await readAsOperators(hostileNames.flatMap(asName), forbidden)).toEqual([]);
  });

  test('no collection of the system is named to the server', async () => {
    const named: unknown[] = [];
    for (const text of hostileCollections)
      for (const [request, body] of asCollection(text)) {
        wire.clear();
        const { status } = await send(app, request, body === undefined ? {} : { body });
        const inside = wire.commands.some((sent) => JSON.stringify(sent).includes(JSON.stringify(text)));
        if ((inside && text !== '') || status < 400) named.push({ request, body, status });
      }
    expect(named).toEqual([]);
  });

  test('nothing was done that nobody asked for', async () => {
    expect(await repository.get(name, 'kept', testCall())).toMatchObject({ version: expect.any(Number) });
    expect(await repository.collectionExists(stolen, testCall())).toBe(false);
  });
});
