import { expect, test } from 'vitest';
import { createTestApp, send } from '../../../../test/support/test-app.ts';
import { routeWords } from '../document-location.ts';
import { apiEndpoints } from './api-endpoints.ts';

const app = createTestApp();
const create = (id: string, data: unknown) =>
  send(app, 'POST /documents', { body: { collection: 'users', id, data } });

test('creates a document and says where it is', async () => {
  const created = await send(app, 'POST /documents', {
    body: { collection: 'users', data: { name: 'Ada' }, metadata: { from: 'test' } },
  });
  expect(created.status).toBe(201);
  expect(created.data).toMatchObject({ collection: 'users', data: { name: 'Ada' }, version: 1 });
  expect(created.data.metadata).toEqual({ from: 'test' });
  expect(created.data.id).toMatch(/^[0-9a-f]{24}$/);
  expect(created.headers.get('etag')).toBe('"1"');
  const found = await app.request(created.headers.get('location') ?? '');
  expect(await found.json()).toEqual(created.body);
});

test('decodes an id once', async () => {
  await create('a/b', { n: 1 });
  await create('a%2Fb', { n: 2 });
  expect((await send(app, 'GET /documents/users/a%2Fb')).data).toMatchObject({ id: 'a/b', data: { n: 1 } });
  expect((await send(app, 'GET /documents/users/a%252Fb')).data).toMatchObject({ data: { n: 2 } });
  const malformed = await send(app, 'GET /documents/users/%E0%A4');
  expect(malformed.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path: 'id' } });
});

const endpoints = apiEndpoints.map(({ path }) => path.split('/'));
const wordsOfRoutes = endpoints
  .filter(([, first, , word = '{']) => first === 'documents' && !word.startsWith('{'))
  .flatMap(([, , , word = '']) => word);

test('knows the words of routes', () => {
  expect(routeWords).toEqual(new Set(wordsOfRoutes));
});

test.each(wordsOfRoutes)('a document with the id %s is where Location says', async (id) => {
  const created = await create(id, { n: 1 });
  const location = (created.headers.get('location') ?? '').replace('/api/v1', '');
  expect((await send(app, `GET ${location}`)).data).toMatchObject({ id, data: { n: 1 } });
  expect((await send(app, `DELETE ${location}`)).status).toBe(200);
});

test('a document of the collection bulk is where Location says', async () => {
  const body = { collection: 'bulk', id: 'write', data: {} };
  const created = await send(app, 'POST /documents', { body });
  expect((await app.request(created.headers.get('location') ?? '')).status).toBe(200);
});

test('an id that exists is DUPLICATE_KEY', async () => {
  await create('twice', {});
  const again = await create('twice', {});
  expect([again.status, again.error.code]).toEqual([409, 'DUPLICATE_KEY']);
});

test.each([
  ['no body', undefined, 'INVALID_REQUEST', 'body'],
  ['half a body', '{', 'INVALID_REQUEST', 'body'],
  ['an unknown field', { collection: 'c', data: {}, extra: 1 }, 'INVALID_REQUEST', 'extra'],
  ['no data', { collection: 'c' }, 'INVALID_REQUEST', 'data'],
  ['data that is no object', { collection: 'c', data: [] }, 'VALIDATION_ERROR', 'data'],
  ['a system field', { collection: 'c', data: { _id: 1 } }, 'VALIDATION_ERROR', 'data._id'],
  ['a name that is none', { collection: 'a b', data: {} }, 'VALIDATION_ERROR', 'collection'],
  ['an id that is no string', { collection: 'c', data: {}, id: 5 }, 'VALIDATION_ERROR', 'id'],
])('refuses %s', async (_name, body, code, path) => {
  const refused = await send(app, 'POST /documents', body === undefined ? {} : { body });
  expect(refused.status).toBe(400);
  expect(refused.error).toMatchObject({ code, details: { path } });
});

test('keeps __proto__ as an ordinary key', async () => {
  const body = '{"collection":"users","id":"proto","data":{"__proto__":{"polluted":true},"constructor":1}}';
  expect((await send(app, 'POST /documents', { body })).status).toBe(201);
  const text = await (await app.request('/api/v1/documents/users/proto')).text();
  expect(text).toContain('"__proto__":{"polluted":true}');
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test('reads with a projection, and 304 when nothing changed', async () => {
  await create('projected', { a: 1, b: 2 });
  const included = await send(app, 'GET /documents/users/projected?projection=a');
  expect(included.data).toMatchObject({ id: 'projected', data: { a: 1 }, version: 1 });
  const excluded = await send(app, 'GET /documents/users/projected?projection=-a,-_id,-created_at');
  expect(excluded.data).toMatchObject({ data: { b: 2 } });
  expect(Object.keys(excluded.data)).toEqual(['collection', 'data', 'updated_at', 'version', 'metadata']);
  const unchanged = await send(app, 'GET /documents/users/projected', {
    headers: { 'If-None-Match': 'W/"1"' },
  });
  expect([unchanged.status, unchanged.headers.get('etag')]).toEqual([304, '"1"']);
  const changed = await send(app, 'GET /documents/users/projected', { headers: { 'If-None-Match': '"2"' } });
  expect(changed.status).toBe(200);
});

test.each(['', '3', '"1', '"1" "2"', '*, "1"'])('refuses If-None-Match: %s', async (tag) => {
  await create('tagged', {});
  const got = await send(app, 'GET /documents/users/tagged', { headers: { 'If-None-Match': tag } });
  expect(got.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path: 'If-None-Match' } });
});

test.each(['', '3', 'W/"1"', '"1", "x"'])('refuses If-Match: %s', async (tag) => {
  await create('tagged', {});
  const got = await send(app, 'DELETE /documents/users/tagged', { headers: { 'If-Match': tag } });
  expect(got.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path: 'If-Match' } });
});

test('merging needs the version that was read', async () => {
  await create('merged', { a: 1, b: 2 });
  const path = 'PUT /documents/users/merged';
  expect((await send(app, path, { body: { data: { b: 3 } } })).error).toMatchObject({
    code: 'INVALID_REQUEST',
    details: { path: 'version' },
  });
  const merged = await send(app, path, { body: { data: { b: 3 }, version: 1 } });
  expect(merged.data).toMatchObject({ data: { a: 1, b: 3 }, version: 2 });
  const stale = await send(app, path, { body: { data: { b: 4 }, version: 1 } });
  expect(stale.status).toBe(409);
  expect(stale.error).toMatchObject({
    code: 'OPTIMISTIC_LOCK_ERROR',
    details: { expected_version: 1, current_version: 2 },
  });
  const tagged = await send(app, path, { body: { data: { b: 4 } }, headers: { 'If-Match': '"2"' } });
  expect(tagged.data.version).toBe(3);
  const torn = await send(app, path, { body: { data: {}, version: 3 }, headers: { 'If-Match': '"2"' } });
  expect(torn.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path: 'If-Match' } });
});

test('replacing drops the other fields', async () => {
  await create('replaced', { a: 1, b: 2 });
  const replaced = await send(app, 'PUT /documents/users/replaced/replace', { body: { data: { c: 3 } } });
  expect(replaced.data).toMatchObject({ data: { c: 3 }, version: 2 });
  expect(replaced.data.data).toEqual({ c: 3 });
  const stale = await send(app, 'PUT /documents/users/replaced/replace', { body: { data: {}, version: 1 } });
  expect(stale.error.code).toBe('OPTIMISTIC_LOCK_ERROR');
});

test('deletes one document, once', async () => {
  await create('deleted', {});
  expect((await send(app, 'DELETE /documents/users/deleted?version=2')).error.code).toBe(
    'OPTIMISTIC_LOCK_ERROR',
  );
  expect((await send(app, 'DELETE /documents/users/deleted?version=1')).body).toMatchObject({
    success: true,
    message: 'document deleted',
  });
  const gone = await send(app, 'DELETE /documents/users/deleted');
  expect([gone.status, gone.error.code]).toEqual([404, 'DOCUMENT_NOT_FOUND']);
  expect((await send(app, 'GET /documents/users/deleted')).status).toBe(404);
});

test('words of routes are no ids', async () => {
  const refused = await send(app, 'GET /documents/users/search');
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
});

test('a write expects one of several versions, and nothing of If-None-Match', async () => {
  await send(app, 'POST /documents', { body: { collection: 'tags', id: 'a', data: { n: 0 } } });
  const replace = (headers: Record<string, string>) =>
    send(app, 'PUT /documents/tags/a/replace', { body: { data: { n: 1 } }, headers });
  expect((await replace({ 'If-Match': '"7", "1"' })).data.version).toBe(2);
  expect((await replace({ 'If-Match': '"1","3"' })).error).toMatchObject({
    code: 'OPTIMISTIC_LOCK_ERROR',
    details: { current_version: 2 },
  });
  const merged = await send(app, 'PUT /documents/tags/a', {
    body: { data: { m: 1 } },
    headers: { 'If-Match': '"1","2"' },
  });
  expect(merged.data.version).toBe(3);
  for (const headers of [{ 'If-None-Match': '*' }, { 'If-Match': 'W/"3"' }, { 'If-Match': '"x"' }])
    expect((await replace(headers)).error.code).toBe('INVALID_REQUEST');
  expect((await send(app, 'GET /documents/tags/a')).data.version).toBe(3);
});
