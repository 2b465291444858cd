import { expect, test, vi } from 'vitest';
import { createTestApp, send, testDependencies } from '../../../test/support/test-app.ts';
import { ServiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/value/value.ts';
import { InProcessIdempotencyStore } from '../../infrastructure/in-process/in-process-idempotency-store.ts';
import { TokenBucketRateLimiter } from '../../infrastructure/in-process/token-bucket-rate-limiter.ts';

const app = createTestApp();
const json = { 'Content-Type': 'application/json' };
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json, to = app) =>
  to.request('/api/v1/documents', { method: 'POST', headers, body });
const codeOf = async (response: Response) => ((await response.json()) as { error: JsonObject }).error.code;

test('echoes a sane request id and replaces any other', async () => {
  const sane = await send(app, 'GET /nothing', { headers: { 'X-Request-Id': 'trace-1.a/b' } });
  expect([sane.headers.get('x-request-id'), sane.error.request_id]).toEqual(['trace-1.a/b', 'trace-1.a/b']);
  const insane = await send(app, 'GET /nothing', { headers: { 'X-Request-Id': 'a b<script>' } });
  const other = await send(app, 'GET /nothing');
  expect(insane.error.request_id).toMatch(/^[0-9a-f]{24}-[0-9a-z]+$/);
  expect(other.error.request_id).not.toBe(insane.error.request_id);
});

test('every answer has the security headers', async () => {
  for (const path of ['/live', '/api/v1/collections', '/nothing', '/api/v1/documents/c/none']) {
    const { headers } = await app.request(path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-type')).toBe('application/json');
  }
});

test('unknown routes and wrong methods', async () => {
  expect((await send(app, 'GET /nothing')).error.code).toBe('ROUTE_NOT_FOUND');
  expect((await send(app, 'GET /documents/users/')).error.code).toBe('ROUTE_NOT_FOUND');
  const patched = await send(app, 'PATCH /documents/users/1');
  expect([patched.status, patched.error.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
  expect(patched.headers.get('allow')).toBe('GET, PUT, DELETE, HEAD, OPTIONS');
  const options = await send(app, 'OPTIONS /documents');
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
  const head = await app.request('/live', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('bodies have to be JSON in UTF-8', async () => {
  const body = '{"collection":"c","data":{}}';
  expect(await codeOf(await post(body, { 'Content-Type': 'text/plain' }))).toBe('UNSUPPORTED_MEDIA_TYPE');
  expect(await codeOf(await post(body, { 'Content-Type': 'application/json; charset=latin1' }))).toBe(
    'UNSUPPORTED_MEDIA_TYPE',
  );
  expect(await codeOf(await post(body, { ...json, 'Content-Encoding': 'gzip' }))).toBe(
    'UNSUPPORTED_MEDIA_TYPE',
  );
  expect((await post(body, { 'Content-Type': 'application/json; charset=UTF-8' })).status).toBe(201);
  expect(await codeOf(await post(new Uint8Array([0x22, 0xff, 0x22])))).toBe('INVALID_REQUEST');
});

test('bodies have a greatest size and depth', async () => {
  const long = JSON.stringify({ collection: 'c', data: { text: 'x'.repeat(1024 * 1024) } });
  const refused = await post(long);
  expect([refused.status, await codeOf(refused)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  const nested = (levels: number) =>
    `{"collection":"c","data":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
  expect((await post(nested(100))).status).toBe(201);
  expect(await codeOf(await post(nested(101)))).toBe('VALIDATION_ERROR');
  expect(await codeOf(await post(nested(100_000)))).toBe('INVALID_REQUEST');
  expect((await post('{"collection":"c","data":{"text":"[[[[\\"{{{{"}}')).status).toBe(201);
});

test('chooses the database', async () => {
  const unknown = await send(app, 'GET /collections', { headers: { 'X-Database-Type': 'oracle' } });
  expect([unknown.status, unknown.error.code]).toEqual([400, 'INVALID_REQUEST']);
  const absent = await send(app, 'GET /collections', { headers: { 'X-Database-Type': 'mysql' } });
  expect(absent.status).toBe(503);
  expect(absent.error).toMatchObject({ code: 'CONNECTION_ERROR', details: { configured: ['memory'] } });
  expect((await send(app, 'GET /collections', { headers: { 'X-Database-Type': 'memory' } })).status).toBe(
    200,
  );
});

test('what nobody foresaw is INTERNAL_ERROR without its text, and logged with it', async () => {
  const log = vi.fn();
  const base = testDependencies();
  const databases = { ...base.databases, repository: () => Promise.reject(new Error('password=secret')) };
  const failing = createTestApp({ databases, logger: { enabled: () => true, log } });
  const failed = await send(failing, 'GET /collections');
  expect([failed.status, failed.error.code]).toEqual([500, 'INTERNAL_ERROR']);
  expect(JSON.stringify(failed.body)).not.toContain('secret');
  expect(log).toHaveBeenCalledWith(
    'error',
    'request',
    expect.objectContaining({ route: '/collections', status: 500, error_code: 'INTERNAL_ERROR' }),
    expect.objectContaining({ cause: new Error('password=secret') }),
  );
});

test('counts and times each request under its pattern', async () => {
  const httpRequest = vi.fn();
  const counted = createTestApp({ metrics: { ...testDependencies().metrics, httpRequest } });
  await send(counted, 'GET /documents/users/1');
  await send(counted, 'GET /nothing');
  expect(httpRequest.mock.calls.map(([method, route, status]) => [method, route, status])).toEqual([
    ['GET', '/documents/{collection}/{id}', 404],
    ['GET', 'unmatched', 404],
  ]);
});

test('limits the rate by caller and tells so', async () => {
  const clock = { now: () => 0 };
  const limited = createTestApp({ rateLimiter: new TokenBucketRateLimiter({ perMinute: 2, clock }) });
  const first = await send(limited, 'GET /collections');
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'x-ratelimit-limit': '2',
    'x-ratelimit-remaining': '1',
    'x-ratelimit-reset': '30',
    'ratelimit-policy': '"default";q=2;w=60',
    ratelimit: '"default";r=1;t=30',
  });
  await send(limited, 'GET /nothing');
  const third = await send(limited, 'GET /collections');
  expect([third.status, third.error.code, third.headers.get('retry-after')]).toEqual([
    429,
    'RATE_LIMIT_EXCEEDED',
    '30',
  ]);
  expect((await limited.request('/live')).status).toBe(200);
});

test('authenticates, and lets each role do its own', async () => {
  const authenticator = {
    authenticate: ({ apiKey, bearer }: { apiKey: string | undefined; bearer: string | undefined }) => {
      if (apiKey === 'r') return { subject: 'key', role: 'reader' as const };
      if (bearer === 'w') return { subject: 'token', role: 'writer' as const };
      throw new ServiceError('UNAUTHENTICATED', 'an API key or a token is needed');
    },
  };
  const guarded = createTestApp({ authenticator });
  const nobody = await send(guarded, 'GET /collections');
  expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([
    401,
    'Bearer realm="database-service"',
  ]);
  const reader = { 'X-API-Key': 'r' };
  const writer = { Authorization: 'bearer w' };
  expect((await send(guarded, 'GET /collections', { headers: reader })).status).toBe(200);
  const body = { name: 'c' };
  const pipeline = [{ $match: {} }, { $out: 'copies' }];
  const copied = await send(guarded, 'POST /documents/c/aggregate', { headers: reader, body: { pipeline } });
  expect(copied).toMatchObject({ status: 403, error: { details: { required_role: 'writer' } } });
  const refused = await send(guarded, 'POST /collections', { headers: reader, body });
  expect(refused.error).toMatchObject({ code: 'PERMISSION_DENIED', details: { required_role: 'writer' } });
  expect((await send(guarded, 'POST /collections', { headers: writer, body })).status).toBe(201);
  expect((await send(guarded, 'DELETE /collections/c', { headers: writer })).status).toBe(403);
  expect((await guarded.request('/health')).status).toBe(200);
});

test('pages of the configured origins may read answers', async () => {
  const cors = { origins: ['https://app.example.com'], maxAgeSeconds: 60 };
  const open = createTestApp({ cors });
  const allowed = await send(open, 'GET /collections', { headers: { Origin: 'https://app.example.com' } });
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  expect(allowed.headers.get('vary')).toBe('Origin');
  const other = await send(open, 'GET /collections', { headers: { Origin: 'https://evil.example.com' } });
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
  const preflight = await send(open, 'OPTIONS /documents', {
    headers: { Origin: 'https://app.example.com' },
  });
  expect(preflight.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS');
  expect(preflight.headers.get('access-control-allow-headers')).toContain('X-Database-Type');
  const closed = await send(app, 'GET /collections', { headers: { Origin: 'https://app.example.com' } });
  expect(closed.headers.get('access-control-allow-origin')).toBeNull();
});

test('a request with an Idempotency-Key runs once', async () => {
  const headers = { ...json, 'Idempotency-Key': 'k1' };
  const create = (body: string, extra: Record<string, string> = {}) => post(body, { ...headers, ...extra });
  const body = '{"collection":"once","data":{"n":1}}';
  const [first, racing] = await Promise.all([create(body), create(body)]);
  const later = await create(body);
  const text = await first.text();
  expect([await racing.text(), await later.text()]).toEqual([text, text]);
  expect([first.status, later.status, later.headers.get('location')]).toEqual([
    201,
    201,
    first.headers.get('location'),
  ]);
  expect(later.headers.get('idempotency-replayed')).toBe('true');
  expect((await send(app, 'GET /documents/once')).data.pagination).toMatchObject({ total: 1 });
  const another = await create('{"collection":"once","data":{"n":2}}');
  expect([another.status, await codeOf(another)]).toEqual([400, 'INVALID_REQUEST']);
  expect(await codeOf(await create(body, { 'Idempotency-Key': 'not sane\u00e9' }))).toBe('INVALID_REQUEST');
});

test('a refusal is replayed, a failure is not', async () => {
  const base = testDependencies();
  let down = true;
  const databases: typeof base.databases = {
    ...base.databases,
    repository: (type) =>
      down ? Promise.reject(new ServiceError('CONNECTION_ERROR', 'down')) : base.databases.repository(type),
  };
  const shaky = createTestApp({ ...base, databases });
  const headers = { ...json, 'Idempotency-Key': 'k2' };
  const body = '{"collection":"c","data":{}}';
  expect((await post(body, headers, shaky)).status).toBe(503);
  down = false;
  expect((await post(body, headers, shaky)).status).toBe(201);
  const invalid = { ...json, 'Idempotency-Key': 'k3' };
  expect((await post('{"collection":"c","data":{"_id":1}}', invalid, shaky)).status).toBe(400);
  const again = await post('{"collection":"c","data":{"_id":1}}', invalid, shaky);
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([400, 'true']);
  const { error } = (await again.json()) as { error: JsonObject };
  expect(error.request_id).toBe(again.headers.get('x-request-id'));
});

test('a request whose answer was too large to keep is not carried out again', async () => {
  const headers = { ...json, 'Idempotency-Key': 'large' };
  const body = JSON.stringify({ collection: 'large', data: { text: 'x'.repeat(100_000) } });
  expect((await post(body, headers)).status).toBe(201);
  const again = await post(body, headers);
  const { error } = (await again.json()) as { error: JsonObject };
  expect([again.status, error.details]).toEqual([
    400,
    { path: 'Idempotency-Key', reason: 'ANSWER_NOT_KEPT' },
  ]);
  expect((await send(app, 'GET /documents/large?limit=1')).data.pagination).toMatchObject({ total: 1 });
});

test('a key that nobody could remember is refused before anything is done', async () => {
  const idempotency = new InProcessIdempotencyStore({
    clock: { now: () => 0 },
    maxBytes: 100,
    maxAnswerBytes: 100,
  });
  const full = createTestApp({ idempotency });
  const refused = await post('{"collection":"full","data":{}}', { ...json, 'Idempotency-Key': 'k' }, full);
  expect([refused.status, await codeOf(refused)]).toEqual([503, 'CONNECTION_ERROR']);
  expect((await send(full, 'GET /documents/full')).data.pagination).toMatchObject({ total: 0 });
});

test('a request that takes too long is QUERY_TIMEOUT', async () => {
  const base = testDependencies();
  const repository = await base.databases.repository('memory');
  const slow = {
    ...repository,
    count: (_collection: string, _filter: unknown, call: { signal: AbortSignal }) =>
      new Promise<number>((_, reject) => {
        call.signal.addEventListener('abort', () => reject(call.signal.reason));
      }),
  };
  const timed = createTestApp({ databases: { ...base.databases, repository: async () => slow } });
  const headers = { 'X-Request-Timeout-Ms': '20' };
  const late = await send(timed, 'POST /documents/c/count', { body: {}, headers });
  expect([late.status, late.error.code]).toEqual([504, 'QUERY_TIMEOUT']);
  const wrong = await send(app, 'GET /collections', { headers: { 'X-Request-Timeout-Ms': 'soon' } });
  expect(wrong.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path: 'X-Request-Timeout-Ms' } });
});

test('an error quotes the request and does not send it back', async () => {
  const filter = { ['x'.repeat(500_000)]: { $gtt: 1 } };
  const refused = await send(app, 'POST /documents/c/search', { body: { filter } });
  expect([refused.status, refused.error.code]).toEqual([400, 'INVALID_REQUEST']);
  expect(JSON.stringify(refused.body).length).toBeLessThan(5000);
});

test.each([
  [{ filter: 1 }, 'an object', 'filter'],
  [{ limit: 'x' }, 'a number', 'limit'],
  [{ limit: 0 }, 'at least 1', 'limit'],
  [{ limit: 1001 }, 'at most 1000', 'limit'],
  [{ cursor: 1 }, 'a text', 'cursor'],
])('a schema speaks as the other checks do: %j', async (body, message, path) => {
  const { error } = await send(app, 'POST /documents/c/search', { body });
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', message, details: { path } });
});

test('a database that is not configured is no trouble of the service', async () => {
  const log = vi.fn();
  const logged = createTestApp({ logger: { enabled: () => true, log } });
  await send(logged, 'GET /collections', { headers: { 'X-Database-Type': 'mysql' } });
  expect(log).toHaveBeenCalledWith('info', 'request', expect.objectContaining({ status: 503 }), undefined);
});

test('a longer time than a request may have is the longest', async () => {
  const headers = { 'X-Request-Timeout-Ms': '99999999999' };
  expect((await send(app, 'GET /collections', { headers })).status).toBe(200);
});

test('an empty Idempotency-Key is no key', async () => {
  const refused = await post('{"collection":"c","data":{}}', { ...json, 'Idempotency-Key': '' });
  expect([refused.status, await codeOf(refused)]).toEqual([400, 'INVALID_REQUEST']);
});
