import { afterEach, describe, expect, it } from 'vitest';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { InsertOutcome } from '../../src/domain/document/modification.ts';
import { createIndex, findIds } from '../support/repository-shorthand.ts';
import { type RunningService, startService } from '../support/start-service.ts';
import { testCall } from '../support/test-call.ts';
import { openTestRepository, testDatabases } from '../support/test-databases.ts';
import { testDocument } from '../support/test-document.ts';

const database = testDatabases.find(({ type }) => type === 'cassandra');
const collection = 'killed';
const clients = 8;
const rounds = 3;

let service: RunningService | undefined;
afterEach(() => service?.stop('SIGKILL'));

/** Creates and changes documents of its own, whose indexed and unique fields move, until the service is gone. */
async function writeUntilKilled(url: string, client: number, round: number): Promise<void> {
  const send = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await answer.arrayBuffer();
  };
  for (let n = 0; ; n += 1) {
    const id = `${round}-${client}-${n % 5}`;
    const data = { city: `c${n % 3}`, key: `${id} ${n}` };
    try {
      if (n < 5) await send('/documents', { collection, id, data });
      else await send(`/documents/${collection}/${id}/find-and-update`, { update: { $set: data } });
    } catch {
      return;
    }
  }
}

/** Keys of documents are theirs alone; whatever a killed writer claimed for its next change is free again. */
async function leavesNoKeyTaken(repository: DocumentRepository, ids: readonly string[]): Promise<void> {
  const insert = async (key: string): Promise<InsertOutcome | undefined> => {
    const document = testDocument(collection, `new ${key}`, { key });
    return (await repository.insert(collection, [document], true, testCall()))[0];
  };
  await Promise.all(
    ids.map(async (id) => {
      const document = await repository.get(collection, id, testCall());
      const key = String(document?.data.value.key);
      const [name, n] = key.split(' ');
      expect(await insert(key), key).toMatchObject({
        status: 'failed',
        error: { code: 'DUPLICATE_KEY', details: { key: { key } } },
      });
      for (const other of [Number(n) - 5, Number(n) + 5])
        expect(await insert(`${name} ${other}`), `${name} ${other}`).toEqual({ status: 'inserted' });
    }),
  );
}

describe.skipIf(database === undefined)('kill -9 between a document and what belongs to it', () => {
  it('leaves every document findable, every key owned, every change told', { timeout: 240_000 }, async () => {
    if (database === undefined) return;
    const repository = await openTestRepository(database);
    if (await repository.collectionExists(collection, testCall()))
      await repository.dropCollection(collection, testCall());
    await createIndex(repository, collection, { city: 1 });
    await createIndex(repository, collection, { key: 1 }, { unique: true });
    const told = new Map<string, number>();
    const stop = new AbortController();
    const watching = (async () => {
      const call = { ...testCall(), signal: stop.signal };
      for await (const event of repository.watch({ collection, after: undefined }, call)) {
        expect(event.version, `${event.id} in order`).toBe((told.get(event.id) ?? 0) + 1);
        told.set(event.id, event.version);
      }
    })();
    for (let round = 0; round < rounds; round++) {
      const running = await startService({
        APP_CASSANDRA_ENABLED: 'true',
        APP_CASSANDRA_CONTACT_POINTS: process.env.CASSANDRA_CONTACT_POINTS ?? '',
        APP_DATABASES_DEFAULT: 'cassandra',
        APP_OBSERVABILITY_LOG_REQUESTS: 'false',
      });
      service = running;
      const writers = Array.from({ length: clients }, (_, client) =>
        writeUntilKilled(running.url, client, round),
      );
      await new Promise((resolve) => setTimeout(resolve, 3000 + Math.random() * 1000));
      await running.stop('SIGKILL');
      service = undefined;
      await Promise.all(writers);
    }
    const all = await findIds(repository, collection, {});
    expect(all.length).toBeGreaterThan(clients);
    const documents = await Promise.all(all.map((id) => repository.get(collection, id, testCall())));
    const isTold = (): boolean =>
      documents.every((document) => document !== undefined && told.get(document.id) === document.version);
    for (let waited = 0; waited < 60 && !isTold(); waited++)
      await new Promise((resolve) => setTimeout(resolve, 1000));
    stop.abort();
    await watching;
    for (const [at, id] of all.entries()) {
      const document = documents[at];
      const { city, key } = document?.data.value ?? {};
      expect(await findIds(repository, collection, { city: city ?? null })).toContain(id);
      expect(await findIds(repository, collection, { key: key ?? null })).toEqual([id]);
      expect(told.get(id), `changes of ${id}`).toBe(document?.version);
    }
    await leavesNoKeyTaken(repository, all);
    await repository.close();
  });
});
