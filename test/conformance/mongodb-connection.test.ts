import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import {
  createMongodbAdapter,
  type MongodbAdapter,
} from '../../src/infrastructure/databases/mongodb/mongodb-adapter.ts';
import { insertAll } from '../support/repository-shorthand.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository } from '../support/test-databases.ts';
import { testDocument } from '../support/test-document.ts';

const uri = process.env.MONGODB_URI ?? '';
const name = 'mongodb_connection';

/** What happens when the server goes away and comes back, on a way to it that the test cuts. */
describe.skipIf(uri === '')('mongodb', () => {
  let direct: DocumentRepository;
  let proxy: TcpProxy;
  let adapter: MongodbAdapter;

  beforeAll(async () => {
    direct = await openTestRepository({ type: 'mongodb', settings: { uri } });
  });
  afterAll(() => direct.close());
  beforeEach(async () => {
    await direct.deleteMany(name, { kind: 'everything' }, testCall());
    const { hostname, port } = new URL(uri.replace('mongodb://', 'http://'));
    proxy = await tcpProxy({ host: hostname, port: Number(port || 27_017) });
    const through = `mongodb://127.0.0.1:${proxy.port}/documents?directConnection=true`;
    adapter = createMongodbAdapter({ uri: through, serverSelectionTimeoutMs: 500, drainMs: 200 });
  });
  afterEach(async () => {
    await adapter.close();
    await proxy.cut();
  });

  test('requests fail while the server is away and succeed once it is back', async () => {
    await insertAll(direct, name, [{ _id: 'a', n: 1 }]);
    expect((await adapter.get(name, ['a'], testCall()))[0]?.version).toBe(1);
    await proxy.cut();
    await expect(adapter.get(name, ['a'], testCall())).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await expect(adapter.ping(testCall())).rejects.toMatchObject({ code: 'CONNECTION_ERROR' });
    await proxy.restore();
    await expect
      .poll(() => adapter.get(name, ['a'], testCall()).catch(() => []), { timeout: 15_000 })
      .toMatchObject([{ version: 1 }]);
  });

  test('refused credentials leave the old client at work, and what runs is not disturbed', async () => {
    const documents = Array.from({ length: 40 }, (_, index) => testDocument(name, `r${index}`, { index }));
    await adapter.ping(testCall());
    const running = documents.map((document) =>
      adapter.insert(name, [document], testCall(), { ordered: true }),
    );
    await expect(adapter.reconnect({ username: 'nobody', password: 'x' })).rejects.toMatchObject({
      code: 'CONNECTION_ERROR',
    });
    expect((await Promise.all(running)).flat()).toEqual(documents.map(() => ({ status: 'inserted' })));
    expect(await direct.count(name, { kind: 'everything' }, testCall())).toBe(40);
  });

  test('health tells the servers', async () => {
    const { topology } = await adapter.ping(testCall());
    expect(topology).toMatchObject({ members: [{ address: `127.0.0.1:${proxy.port}` }] });
    expect(topology?.type).toMatch(/^(replicaSet|sharded|standalone)$/);
    if (topology?.type === 'replicaSet') expect(topology.primary).toBe(`127.0.0.1:${proxy.port}`);
  });
});
