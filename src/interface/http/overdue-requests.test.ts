import { expect, test } from 'vitest';
import { createTestApp, send, testDependencies } from '../../../test/support/test-app.ts';
import type { DocumentRepository } from '../../application/ports/document-repository.ts';
import { OverdueRequests } from './overdue-requests.ts';

const never = () => new Promise<never>(() => undefined);

/** An app whose database loses every answer of the named operation, and listens to no signal. */
async function appThatLoses(lost: Partial<DocumentRepository>) {
  const service = testDependencies();
  const repository = await service.databases.repository('memory');
  return createTestApp({
    ...service,
    databases: { ...service.databases, repository: async () => ({ ...repository, ...lost }) },
  });
}

test('a request ends at its deadline though the database never answers', { timeout: 5000 }, async () => {
  const app = await appThatLoses({ get: never, insert: never });
  const headers = { 'X-Request-Timeout-Ms': '50' };
  const read = await send(app, 'GET /documents/c/one', { headers });
  expect([read.status, read.error.code]).toEqual([504, 'QUERY_TIMEOUT']);
  const create = await send(app, 'POST /documents', { headers, body: { collection: 'c', data: {} } });
  expect([create.status, create.error.code]).toEqual([504, 'QUERY_TIMEOUT']);
});

test('a stream ends at its deadline with an error as its last line', { timeout: 5000 }, async () => {
  const service = testDependencies();
  const repository = await service.databases.repository('memory');
  await createTestApp(service).request('/api/v1/documents', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"collection":"c","data":{}}',
  });
  const app = await appThatLoses({
    find: async function* (_collection, query, call) {
      yield* repository.find('c', query, call);
      await never();
    },
  });
  const answer = await app.request('/api/v1/documents/c', {
    headers: { Accept: 'application/x-ndjson', 'X-Request-Timeout-Ms': '50' },
  });
  const lines = (await answer.text()).trimEnd().split('\n');
  expect(lines.at(-1)).toContain('QUERY_TIMEOUT');
});

test('what comes after the deadline is handed to who drops it', async () => {
  const call = { deadline: Date.now() + 20, abort: () => undefined };
  const late = Promise.withResolvers<string>();
  const dropped = Promise.withResolvers<string>();
  const watched = new OverdueRequests().watch(call, late.promise, dropped.resolve);
  await expect(watched).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
  late.resolve('too late');
  expect(await dropped.promise).toBe('too late');
});
