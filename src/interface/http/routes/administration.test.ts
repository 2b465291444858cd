import { expect, test } from 'vitest';
import { createTestApp, send, testDependencies } from '../../../../test/support/test-app.ts';
import type { JsonObject } from '../../../domain/value/value.ts';

const app = createTestApp();

test('creates, lists and drops indexes', async () => {
  const created = await send(app, 'POST /indexes/people', {
    body: { keys: { email: 1 }, options: { unique: true, sparse: true } },
  });
  expect([created.status, created.data]).toEqual([201, { index_name: 'email_1', collection: 'people' }]);
  const body = {
    indexes: [{ keys: { city: 1, age: -1 } }, { keys: { age: 1 }, options: { name: 'by_age' } }],
  };
  expect((await send(app, 'POST /indexes/people/bulk', { body })).data).toEqual({
    index_names: ['city_1_age_-1', 'by_age'],
    created_count: 2,
  });
  expect((await send(app, 'GET /indexes/people')).data.indexes).toMatchObject([
    { name: '_id_', keys: { _id: 1 }, unique: true },
    { name: 'email_1', keys: { email: 1 }, unique: true, sparse: true },
    { name: 'city_1_age_-1', keys: { city: 1, age: -1 } },
    { name: 'by_age' },
  ]);
  expect((await send(app, 'DELETE /indexes/people/by_age')).body).toMatchObject({ message: 'index dropped' });
  expect((await send(app, 'DELETE /indexes/people/by_age')).error.code).toBe('INDEX_ERROR');
  expect((await send(app, 'DELETE /indexes/people/_id_')).error.code).toBe('INDEX_ERROR');
  expect((await send(app, 'GET /indexes/nobody')).error.code).toBe('COLLECTION_NOT_FOUND');
  const refused = await send(app, 'POST /indexes/people', { body: { keys: { a: 2 } } });
  expect(refused.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path: 'keys.a' } });
});

test('a unique index refuses a second document', async () => {
  await send(app, 'POST /indexes/unique', { body: { keys: { email: 1 }, options: { unique: true } } });
  const body = { collection: 'unique', data: { email: 'a@b' } };
  await send(app, 'POST /documents', { body });
  expect((await send(app, 'POST /documents', { body })).error.code).toBe('DUPLICATE_KEY');
});

test('creates, renames, finds and drops collections', async () => {
  expect((await send(app, 'POST /collections', { body: { name: 'one' } })).data).toEqual({
    collection: 'one',
  });
  expect((await send(app, 'POST /collections', { body: { name: 'one' } })).error.code).toBe(
    'VALIDATION_ERROR',
  );
  expect((await send(app, 'POST /collections/one/rename', { body: { new_name: 'two' } })).data).toEqual({
    old_name: 'one',
    new_name: 'two',
  });
  expect((await send(app, 'GET /collections/one/exists')).data).toEqual({ collection: 'one', exists: false });
  expect((await send(app, 'GET /collections/two/exists')).data).toEqual({ collection: 'two', exists: true });
  expect((await send(app, 'GET /collections')).data.collections).toContain('two');
  expect((await send(app, 'DELETE /collections/two')).body).toMatchObject({ success: true });
  expect((await send(app, 'DELETE /collections/two')).error.code).toBe('COLLECTION_NOT_FOUND');
  expect((await send(app, 'POST /collections', { body: { name: 'system.x' } })).error.code).toBe(
    'VALIDATION_ERROR',
  );
  const capped = await send(app, 'POST /collections', { body: { name: 'c', options: { capped: true } } });
  expect(capped.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path: 'options.size' } });
});

test('raw queries are off until the configuration turns them on', async () => {
  const body = { query: 'SELECT 1' };
  expect((await send(app, 'POST /query/raw', { body })).error.code).toBe('PERMISSION_DENIED');
  expect((await send(app, 'POST /documents/raw-query', { body })).error.code).toBe('PERMISSION_DENIED');
  const typed = await send(app, 'POST /query/raw/typed', { body: { ...body, result_type: 'map' } });
  expect(typed.error.code).toBe('PERMISSION_DENIED');
  const on = createTestApp({ rawQueries: { enabled: true, allowWrites: false } });
  expect((await send(on, 'POST /query/raw', { body })).error.code).toBe('UNSUPPORTED_OPERATION');
});

test('tells how the service and its databases are', async () => {
  for (const path of ['/health', '/api/v1/health']) {
    const response = await app.request(path);
    expect([response.status, ((await response.json()) as JsonObject).data]).toMatchObject([
      200,
      {
        status: 'healthy',
        version: '1.2.3',
        databases: { memory: 'connected' },
        cache: { redis: 'disabled' },
      },
    ]);
  }
  expect((await send(app, 'GET /health/database/memory')).data).toMatchObject({
    database: 'memory',
    status: 'connected',
    connections: { max: 1 },
  });
  expect((await send(app, 'GET /health/database/mysql')).error.code).toBe('CONNECTION_ERROR');
  expect((await send(app, 'GET /health/database/oracle')).error.code).toBe('INVALID_REQUEST');
  expect((await send(app, 'GET /databases')).data).toMatchObject({
    count: 1,
    databases: [{ type: 'memory', default: true, status: 'connected' }],
  });
});

test('health is 503 when the default database is down, and ready follows the process', async () => {
  const base = testDependencies();
  const databases = { ...base.databases, repository: () => Promise.reject(new Error('down')) };
  const status = { ...base.status, ready: () => false };
  const down = createTestApp({ databases, status });
  const health = await send(down, 'GET /health');
  expect([health.status, health.error.code]).toEqual([503, 'CONNECTION_ERROR']);
  expect(health.error.details).toMatchObject({ status: 'unhealthy', databases: { memory: 'disconnected' } });
  expect((await down.request('/ready')).status).toBe(503);
  expect((await down.request('/live')).status).toBe(200);
});

test('statistics', async () => {
  await send(app, 'POST /documents', { body: { collection: 'counted', data: { a: 1 } } });
  expect((await send(app, 'GET /stats/database/memory')).data).toMatchObject({
    database: 'memory',
    avg_query_time_ms: 0,
  });
  expect((await send(app, 'GET /stats/collection/counted')).data).toMatchObject({
    collection: 'counted',
    document_count: 1,
  });
  expect((await send(app, 'GET /stats/collection/nothing')).error.code).toBe('COLLECTION_NOT_FOUND');
});

test('metrics in both formats', async () => {
  expect(await (await app.request('/metrics')).text()).toBe('# prometheus\n');
  const headers = { Accept: 'application/openmetrics-text; version=1.0.0' };
  expect(await (await app.request('/api/v1/metrics', { headers })).text()).toBe('# openmetrics\n');
});

test('the explorer page loads its own files only', async () => {
  const page = await app.request('/docs');
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  const files = [...(await page.text()).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] ?? '');
  expect(files).toHaveLength(3);
  for (const file of files) {
    const response = await app.request(file);
    expect([file, response.status]).toEqual([file, 200]);
    expect((await response.text()).length).toBeGreaterThan(100);
  }
  expect((await app.request('/docs/package.json')).status).toBe(404);
});

test('of several indexes none is made when one cannot be', async () => {
  const impossible = { indexes: [{ keys: { a: 1 } }, { keys: { b: '2dsphere' } }] };
  const refused = await send(app, 'POST /indexes/several/bulk', { body: impossible });
  expect([refused.status, refused.error.details]).toMatchObject([501, { created_indexes: [] }]);
  expect((await send(app, 'GET /indexes/several')).error.code).toBe('COLLECTION_NOT_FOUND');
  for (const n of [1, 1])
    await send(app, 'POST /documents', { body: { collection: 'several', data: { n } } });
  const failing = { indexes: [{ keys: { a: 1 } }, { keys: { n: 1 }, options: { unique: true } }] };
  const failed = await send(app, 'POST /indexes/several/bulk', { body: failing });
  expect(failed.error.details).toMatchObject({ failed_index: 'n_1', created_indexes: ['a_1'] });
});
