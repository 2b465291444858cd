import { expect, test } from 'vitest';
import { createTestApp, send, testDependencies } from '../../../test/support/test-app.ts';
import type { DocumentRepository } from '../../application/ports/document-repository.ts';
import { OpenRequests } from './open-requests.ts';
import { RequestCall } from './request-call.ts';

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
  const watched = new OpenRequests().settle(call, late.promise, dropped.resolve);
  await expect(watched).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
  late.resolve('too late');
  expect(await dropped.promise).toBe('too late');
});

test('a call is aborted when its time is over or its client is gone, and not after its end', async () => {
  const open = new OpenRequests();
  const client = { gone: false };
  const inTime = (milliseconds: number) => new RequestCall('one', Date.now() + milliseconds, client, open);
  const [ended, brief, long] = [inTime(20), inTime(20), inTime(60_000)];
  const { signal } = ended;
  ended.end();
  await aborted(brief.signal);
  expect(brief.signal.reason).toMatchObject({ code: 'QUERY_TIMEOUT' });
  expect([signal.aborted, long.signal.aborted]).toEqual([false, false]);
  client.gone = true;
  await aborted(long.signal);
  expect(long.signal.reason).toMatchObject({ code: 'INVALID_REQUEST' });
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
