import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { createTestApp, testDependencies } from '../../test/support/test-app.ts';
import { serverSettings } from '../infrastructure/config/server-settings.ts';
import { type HttpServer, startHttpServer } from './start-http-server.ts';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.drain(0);
});

const quick = async () => new Response('{}');

async function start(fetch: (request: Request) => Promise<Response> | Response = quick, writeStall = '30s') {
  const { http } = serverSettings.parse({
    http: { port: 0, host: '127.0.0.1', write_stall_timeout: writeStall },
  });
  server = await startHttpServer(fetch, http);
  return server;
}

/** Sends raw text and answers everything that comes back until the connection ends. */
function sendRaw(port: number, head: string): Promise<string> {
  return text(rawConnection(port, head));
}

function rawConnection(port: number, head: string): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`${head}\r\n\r\n`);
  return socket;
}

test('what cannot be parsed has an answer with its id', async () => {
  const { port } = await start();
  const heads = [
    'nonsense',
    'GET / HTTP/1.1\r\nConnection: close',
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}`,
  ];
  for (const head of heads) {
    const answer = await sendRaw(port, head);
    const id = /^X-Request-Id: (.*)\r$/im.exec(answer)?.[1];
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? '{}').error).toMatchObject({
      code: 'INVALID_REQUEST',
      request_id: id,
    });
  }
});

test('an expectation that nobody knows is none', async () => {
  const { port } = await start();
  const answer = await sendRaw(port, 'GET / HTTP/1.1\r\nHost: x\r\nExpect: foo\r\nConnection: close');
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});

test('a body that is announced as too large is refused before it comes', async () => {
  const base = testDependencies();
  const app = createTestApp({ ...base, limits: { ...base.limits, maxBodyBytes: 1000 } });
  const { port } = await start(app.fetch);
  const head = 'POST /api/v1/documents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json';
  const startedAt = Date.now();
  const refused = await sendRaw(port, `${head}\r\nContent-Length: 99999999`);
  expect(refused).toMatch(/^HTTP\/1\.1 413 /);
  const waiting = await sendRaw(port, `${head}\r\nExpect: 100-continue\r\nContent-Length: 99999999`);
  expect(waiting).toMatch(/^HTTP\/1\.1 413 /);
  expect(Date.now() - startedAt).toBeLessThan(5000);
  const body = '{"collection":"c","data":{}}';
  const socket = rawConnection(
    port,
    `${head}\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: ${body.length}`,
  );
  const [go] = await once(socket, 'data');
  expect(String(go)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  socket.write(body);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 201 /);
});

test('a client that does not read is cut off, one that waits is not', async () => {
  let cancelled = 0;
  const { port } = await start((request) => {
    const slow = new URL(request.url).pathname === '/slow';
    const row = new Uint8Array(slow ? 200_000 : 65_536);
    let rows = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        rows += 1;
        if (slow && rows > 1) await new Promise((resolve) => setTimeout(resolve, 900));
        if (slow && rows > 2) controller.close();
        else controller.enqueue(row);
      },
      cancel: () => {
        cancelled += 1;
      },
    });
    return new Response(body);
  }, '300ms');
  const slow = sendRaw(port, 'GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close');
  const stalled = rawConnection(port, 'GET / HTTP/1.1\r\nHost: x');
  stalled.pause();
  await expect.poll(() => cancelled, { timeout: 8000 }).toBe(1);
  stalled.destroy();
  expect((await slow).length).toBeGreaterThan(400_000);
});

test('no request is lost while it drains', async () => {
  const { port, drain } = await start(async (request) => {
    await request.text();
    return new Response('{}');
  });
  const answers = new Array<number>(24).fill(0);
  /** Asks on one connection until it is told to close. */
  const client = async (_: number, client: number) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      const sent = httpRequest({ port, host: '127.0.0.1', method: 'POST', agent });
      sent.end('{}');
      const [message] = await once(sent, 'response');
      await text(message);
      answers[client] = (answers[client] ?? 0) + 1;
      if (message.headers.connection === 'close') return;
    }
  };
  const clients = answers.map(client);
  await expect.poll(() => Math.min(...answers), { timeout: 8000 }).toBeGreaterThan(2);
  expect(await drain(8000)).toBe(true);
  await Promise.all(clients);
}, 20_000);
