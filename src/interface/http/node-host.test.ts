import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, testDependencies } from '../../../test/support/test-app.ts';

/** What differs between Node's own objects and the Web `Request`: bodies, raw targets, disconnects. */
const base = testDependencies();
const aborted: unknown[] = [];
let watching: AbortSignal | undefined;
let counting: () => void = () => undefined;
let server: Server;
let port = 0;

beforeAll(async () => {
  const repository = await base.databases.repository('memory');
  const watched = {
    ...repository,
    count: (_collection: string, _filter: unknown, call: { signal: AbortSignal }) =>
      new Promise<number>((_, reject) => {
        call.signal.addEventListener('abort', () => {
          aborted.push(call.signal.reason);
          reject(call.signal.reason);
        });
        counting();
      }),
    watch: (scope: Parameters<typeof repository.watch>[0], call: Parameters<typeof repository.watch>[1]) => {
      watching = call.signal;
      return repository.watch(scope, call);
    },
  };
  const app = createTestApp({
    ...base,
    databases: { ...base.databases, repository: async () => watched },
    limits: { ...base.limits, maxBodyBytes: 1000 },
  });
  server = createAdaptorServer({ fetch: app.fetch, createServer }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const json = { 'Content-Type': 'application/json' };

/** `fetch` would normalise targets and refuse odd bodies. */
async function send(
  method: string,
  path: string,
  body: Readable | string = '',
  headers: Readonly<Record<string, string>> = json,
): Promise<{
  readonly status: number | undefined;
  readonly text: string;
  readonly message: IncomingMessage;
}> {
  const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false });
  const answered = once(sent, 'response');
  sent.on('error', () => undefined);
  if (typeof body === 'string') sent.end(body);
  else body.pipe(sent);
  const [message] = (await answered) as [IncomingMessage];
  const chunks = await Array.fromAsync(message as AsyncIterable<Buffer>);
  return { status: message.statusCode, text: Buffer.concat(chunks).toString(), message };
}
const codeOf = ({ text }: { readonly text: string }) => JSON.parse(text).error.code;

test('reads a body that comes in pieces, a character torn between them', async () => {
  const bytes = Buffer.from('{"collection":"c","id":"ü","data":{"text":"ü€"}}');
  const pieces = Array.from(bytes, (byte) => Buffer.from([byte]));
  const created = await send('POST', '/api/v1/documents', Readable.from(pieces));
  expect([created.status, JSON.parse(created.text).data.data.text]).toEqual([201, 'ü€']);
});

test('stops at the limit, whatever Content-Length says', async () => {
  const endless = Readable.from(
    (function* () {
      for (let i = 0; i < 1000; i++) yield Buffer.alloc(1000, 'x');
    })(),
  );
  const refused = await send('POST', '/api/v1/documents', endless);
  expect([refused.status, codeOf(refused)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  const long = await send('POST', '/api/v1/documents', 'x'.repeat(1001));
  expect(codeOf(long)).toBe('PAYLOAD_TOO_LARGE');
});

test('refuses bytes that are no UTF-8', async () => {
  const refused = await send(
    'POST',
    '/api/v1/documents',
    Readable.from([Buffer.from([0x22, 0xc3, 0x28, 0x22])]),
  );
  expect([refused.status, codeOf(refused)]).toEqual([400, 'INVALID_REQUEST']);
});

test('takes ids as they were sent: dots are not resolved', async () => {
  await send('POST', '/api/v1/documents', '{"collection":"c","id":"..","data":{"n":1}}');
  const found = await send('GET', '/api/v1/documents/c/%2e%2e');
  expect([found.status, JSON.parse(found.text).data?.id]).toEqual([200, '..']);
});

test('answers with a length, and without a body where there is none', async () => {
  await send('POST', '/api/v1/documents', '{"collection":"c","id":"e","data":{}}');
  const found = await send('GET', '/api/v1/documents/c/e');
  expect(found.message.headers['content-length']).toBe(String(Buffer.byteLength(found.text)));
  const unchanged = await send('GET', '/api/v1/documents/c/e', '', { 'If-None-Match': '"1"' });
  expect([unchanged.status, unchanged.text]).toEqual([304, '']);
});

test('methods that nobody knows are METHOD_NOT_ALLOWED', async () => {
  for (const method of ['TRACE', 'PROPFIND', 'PATCH'])
    expect(codeOf(await send(method, '/api/v1/documents/c/e'))).toBe('METHOD_NOT_ALLOWED');
});

test('a client that goes away ends the work', async () => {
  const started = new Promise<void>((resolve) => {
    counting = resolve;
  });
  const sent = httpRequest({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: '/api/v1/documents/c/count',
    headers: json,
    agent: false,
  });
  sent.on('error', () => undefined);
  sent.end('{}');
  await started;
  sent.destroy();
  await expect.poll(() => aborted.length).toBe(1);
  expect(aborted[0]).toMatchObject({ message: 'the client closed the connection' });
});

test('a HEAD of a stream leaves nothing running', async () => {
  const answered = await send('HEAD', '/api/v1/documents/c/watch');
  expect([answered.status, answered.text]).toEqual([200, '']);
  await expect.poll(() => watching?.aborted).toBe(true);
});

test('a stream of changes ends with its reader', async () => {
  const sent = httpRequest({ host: '127.0.0.1', port, path: '/api/v1/documents/c/watch', agent: false });
  sent.on('error', () => undefined);
  sent.end();
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  const first = once(message, 'data');
  expect(message.headers['content-type']).toBe('text/event-stream');
  expect(String((await first)[0])).toBe('retry: 2000\n\n');
  const event = once(message, 'data');
  await send('POST', '/api/v1/documents', '{"collection":"c","id":"seen","data":{}}');
  expect(String((await event)[0])).toContain('event: created');
  message.on('error', () => undefined);
  sent.destroy();
  await expect.poll(() => watching?.aborted).toBe(true);
});
