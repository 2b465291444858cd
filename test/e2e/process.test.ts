import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningService, runService, startService, temporaryFolder } from '../support/start-service.ts';

let service: RunningService | undefined;
afterEach(async () => {
  await service?.stop('SIGKILL');
  service = undefined;
});

async function create(url: string, id: string): Promise<Response> {
  return fetch(`${url}/api/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ collection: 'users', id, data: { name: id } }),
  });
}

/** An open connection that has sent half of a request. */
async function halfRequest(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  const body = JSON.stringify({ collection: 'users', id: 'slow', data: {} });
  socket.write(
    `POST /api/v1/documents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  socket.write(body.slice(0, 10));
  await new Promise((resolve) => setTimeout(resolve, 200));
  return { socket, finish: () => socket.write(body.slice(10)) };
}

async function refusesConnections(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const refused = await fetch(`${url}/live`).then(
      () => false,
      () => true,
    );
    if (refused) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

describe('the process', () => {
  it('serves, keeps its data across a restart and ends with 0 on SIGTERM', async () => {
    const environment = { APP_SQLITE_PATH: `${temporaryFolder()}/documents.db` };
    service = await startService(environment);
    expect((await create(service.url, 'ada')).status).toBe(201);
    expect((await fetch(`${service.url}/ready`)).status).toBe(200);
    expect(await service.stop()).toBe(0);

    service = await startService(environment);
    const answer = await fetch(`${service.url}/api/v1/documents/users/ada`);
    expect(await answer.json()).toMatchObject({ success: true, data: { id: 'ada', data: { name: 'ada' } } });
  });

  it('finishes what runs before it ends', async () => {
    service = await startService();
    const { socket, finish } = await halfRequest(service.url);
    const answer = text(socket);
    const ended = service.stop();
    expect(await refusesConnections(service.url)).toBe(true);
    finish();
    expect(await answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(await ended).toBe(0);
  });

  it('cuts what does not end in time, and still ends with 0', async () => {
    service = await startService({ APP_SERVER_HTTP_SHUTDOWN_TIMEOUT: '300ms' });
    const { socket } = await halfRequest(service.url);
    socket.on('error', () => undefined);
    const startedAt = Date.now();
    expect(await service.stop()).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(5000);
    expect(service.output()).toContain('requests were still running and have been cut');
  });

  it('ends at once on a second signal', async () => {
    service = await startService();
    const { socket } = await halfRequest(service.url);
    socket.on('error', () => undefined);
    const ended = service.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    service.process.kill('SIGTERM');
    expect(await ended).toBe(143);
  });

  it('answers 503 at /ready while it drains, and still serves', async () => {
    service = await startService({ APP_SERVER_HTTP_DRAIN_DELAY: '1s' });
    const ended = service.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await fetch(`${service.url}/ready`)).status).toBe(503);
    expect((await fetch(`${service.url}/live`)).status).toBe(200);
    expect((await create(service.url, 'late')).status).toBe(201);
    expect(await ended).toBe(0);
  });

  it('names every mistake of its configuration and ends with 78', async () => {
    const child = runService({
      APP_SERVER_HTTP_PORT: 'x',
      APP_NONSENSE: '1',
      APP_DATABASES_DEFAULT: 'mysql',
    });
    const [[code], errors] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    expect(code).toBe(78);
    expect(errors).toContain('server.http.port');
    expect(errors).toContain('APP_NONSENSE');
  });

  it('refuses to start in production without authentication', async () => {
    const child = runService({ APP_APP_ENVIRONMENT: 'production' });
    const [[code], errors] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    expect(code).toBe(78);
    expect(errors).toContain('auth.enabled');
  });

  it('ends with 1 and says why when the port is taken', async () => {
    service = await startService();
    const child = runService({ APP_SERVER_HTTP_PORT: new URL(service.url).port });
    const [[code], output] = await Promise.all([once(child, 'exit'), text(child.stdout)]);
    expect(code).toBe(1);
    expect(output).toContain('EADDRINUSE');
  });

  it('logs requests as JSON lines without what is in the documents', async () => {
    service = await startService();
    await fetch(`${service.url}/api/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'my-request' },
      body: JSON.stringify({ collection: 'users', data: { password: 'hunter2' } }),
    });
    await service.stop();
    const lines = service.output().trim().split('\n');
    const request = lines.map((line) => JSON.parse(line)).find((line) => line.request_id === 'my-request');
    expect(request).toMatchObject({ level: 'info', msg: 'request', duration_ms: expect.any(Number) });
    expect(service.output()).not.toContain('hunter2');
  });
});

it('answers in the usual form what no address can be made of', async () => {
  service = await startService();
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.write('GET /live HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n');
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? '')).toMatchObject({
    success: false,
    error: { code: 'INVALID_REQUEST', request_id: expect.any(String) },
  });
});

describe('several workers', () => {
  it('count 64 concurrent $inc of one document exactly', async () => {
    service = await startService({ APP_SERVER_HTTP_WORKERS: '2' });
    const { url } = service;
    expect((await create(url, 'ada')).status).toBe(201);
    const answers = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const answer = await fetch(`${url}/api/v1/documents/users/ada/find-and-update`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', connection: 'close' },
          body: '{"update":{"$inc":{"n":1}}}',
        });
        return answer.status;
      }),
    );
    expect(answers).toEqual(answers.map(() => 200));
    const found = await fetch(`${url}/api/v1/documents/users/ada`);
    expect(await found.json()).toMatchObject({ data: { version: 65, data: { n: 64 } } });
  });

  it('carry out a request with an Idempotency-Key once, and limit the rate together', async () => {
    service = await startService({
      APP_SERVER_HTTP_WORKERS: '3',
      APP_LIMITS_RATE_LIMIT_ENABLED: 'true',
      APP_LIMITS_RATE_LIMIT_PER_MINUTE: '30',
    });
    const { url } = service;
    const once = async () => {
      const answer = await fetch(`${url}/api/v1/documents`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close', 'idempotency-key': 'one' },
        body: '{"collection":"users","data":{}}',
      });
      const { data } = (await answer.json()) as { data: { id: string } };
      return `${answer.status} ${data.id}`;
    };
    const first = await once();
    const others = await Promise.all(Array.from({ length: 8 }, once));
    expect(new Set([first, ...others])).toEqual(new Set([first]));
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const { status } = await fetch(`${url}/api/v1/collections`, { headers: { connection: 'close' } });
        return status;
      }),
    );
    const allowed = statuses.filter((status) => status === 200).length;
    // A token comes back every two seconds.
    expect(allowed).toBeGreaterThanOrEqual(21);
    expect(allowed).toBeLessThan(30);
  });

  it('share the port and the data, add up their metrics, and end together', async () => {
    service = await startService({
      APP_SERVER_HTTP_WORKERS: '2',
      APP_SERVER_HTTP_METRICS_ENABLED: 'true',
      APP_SERVER_HTTP_METRICS_PORT: '0',
    });
    const { url } = service;
    const created = await Promise.all(Array.from({ length: 40 }, (_, i) => create(url, `u${i}`)));
    expect(created.map((answer) => answer.status)).toEqual(created.map(() => 201));
    const count = await fetch(`${url}/api/v1/documents/users?limit=1`);
    expect(await count.json()).toMatchObject({ data: { pagination: { total: 40 } } });

    const metrics = await (await fetch(`${url}/metrics`)).text();
    const requests = /^http_requests_total\{method="POST",route="[^"]*",status="201"\} (\d+)$/m.exec(metrics);
    expect(requests?.[1]).toBe('40');
    expect(await service.stop()).toBe(0);
  });
});
