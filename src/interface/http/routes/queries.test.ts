import { beforeAll, expect, test } from 'vitest';
import { createTestApp, send, testDependencies } from '../../../../test/support/test-app.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { OpenStreams } from '../open-streams.ts';

const app = createTestApp();
const total = 25;

beforeAll(async () => {
  const documents = Array.from({ length: total }, (_, n) => ({
    id: `d${String(n).padStart(2, '0')}`,
    data: { n, even: n % 2 === 0, ...(n % 5 === 0 ? {} : { name: `x${n % 3}` }) },
  }));
  await send(app, 'POST /documents/bulk/insert', { body: { collection: 'items', documents } });
});

const ids = (data: JsonObject): readonly Json[] =>
  (data.documents as readonly JsonObject[]).map((document) => document.id ?? null);
const encode = encodeURIComponent;

test('lists a page with its pagination', async () => {
  const { data } = await send(app, `GET /documents/items?sort=-n&limit=3&offset=1`);
  expect(ids(data)).toEqual(['d23', 'd22', 'd21']);
  expect(data.pagination).toEqual({ total, limit: 3, offset: 1, has_more: true });
});

test('filters, projects and leaves the total out', async () => {
  const filter = encode(JSON.stringify({ even: true, n: { $gte: 20 } }));
  const { data } = await send(app, `GET /documents/items?filter=${filter}&projection=n&count=false`);
  expect(data.documents).toMatchObject([{ data: { n: 20 } }, { data: { n: 22 } }, { data: { n: 24 } }]);
  expect(data.pagination).toEqual({ limit: 10, offset: 0, has_more: false });
});

test('a total past the end is still exact', async () => {
  const { data } = await send(app, 'GET /documents/items?offset=100');
  expect(data.pagination).toEqual({ total, limit: 10, offset: 100, has_more: false });
});

test.each([
  ['limit=0', 'limit'],
  ['limit=1001', 'limit'],
  ['limit=ten', 'limit'],
  ['offset=-1', 'offset'],
  ['filter=%7B', 'filter'],
  ['filter=[]', 'filter'],
  ['filter=%7B%22a%22:%7B%22$gtt%22:1%7D%7D', 'filter.a.$gtt'],
  ['limit=1&limit=2', 'limit'],
  ['unknown=1', 'unknown'],
  ['sort=%FF', 'sort'],
  ['cursor=forged', 'cursor'],
  ['cursor=&offset=5', 'offset'],
])('refuses ?%s', async (query, path) => {
  const refused = await send(app, `GET /documents/items?${query}`);
  expect(refused.status).toBe(400);
  expect(refused.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path } });
});

test('search takes the same in a body', async () => {
  const body = { filter: { $or: [{ n: 3 }, { n: 4 }] }, sort: { n: -1 }, limit: 1 };
  const { data } = await send(app, 'POST /documents/items/search', { body });
  expect(ids(data)).toEqual(['d04']);
  expect(data.pagination).toEqual({ total: 2, limit: 1, offset: 0, has_more: true });
});

test('cursors walk through every document once, on any sort', async () => {
  for (const sort of [undefined, { name: 1 }, { name: -1, n: 1 }, { even: 1, n: -1 }]) {
    const seen: Json[] = [];
    let cursor: Json | undefined = '';
    while (cursor !== undefined) {
      const body = { ...(sort && { sort }), limit: 4, cursor };
      const { data, status }: { data: JsonObject; status: number } = await send(
        app,
        'POST /documents/items/search',
        { body },
      );
      expect(status).toBe(200);
      seen.push(...ids(data));
      cursor = (data.pagination as JsonObject).next_cursor;
    }
    expect(seen).toHaveLength(total);
    expect(new Set(seen).size).toBe(total);
  }
});

test('a cursor belongs to its filter, sort and collection', async () => {
  const page = await send(app, 'GET /documents/items?cursor=&limit=1&sort=n:asc');
  const cursor = String((page.data.pagination as JsonObject).next_cursor);
  const again = (query: string) => send(app, `GET /documents/${query}&cursor=${cursor}`);
  expect((await again('items?sort=n:asc')).status).toBe(200);
  expect((await again('items?sort=n:desc')).error.code).toBe('INVALID_REQUEST');
  expect((await again('items?sort=n:asc&filter={"n":1}')).error.code).toBe('INVALID_REQUEST');
  expect((await again('others?sort=n:asc')).error.code).toBe('INVALID_REQUEST');
  const flipped = cursor.startsWith('A') ? `B${cursor.slice(1)}` : `A${cursor.slice(1)}`;
  expect((await send(app, `GET /documents/items?sort=n:asc&cursor=${flipped}`)).status).toBe(400);
});

test('explains instead of running', async () => {
  const listed = await send(app, 'GET /documents/items?explain=true');
  const searched = await send(app, 'POST /documents/items/search', { body: { explain: true } });
  const counted = await send(app, 'POST /documents/items/count?explain=true', { body: {} });
  for (const { data } of [listed, searched, counted])
    expect(data).toMatchObject({ database: 'memory', scan: 'collection' });
});

test('counts exactly and estimates', async () => {
  expect((await send(app, 'POST /documents/items/count', { body: { filter: { even: true } } })).data).toEqual(
    {
      count: 13,
      collection: 'items',
    },
  );
  expect((await send(app, 'GET /documents/items/count/estimate')).data).toEqual({
    estimated_count: total,
    collection: 'items',
  });
});

test('streams one document a line', async () => {
  const headers = { Accept: 'application/x-ndjson' };
  const response = await app.request('/api/v1/documents/items?limit=20&sort=n:asc', { headers });
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await response.text()).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).data.n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  const refused = await send(app, 'GET /documents/items?filter={"$bad":1}', { headers });
  expect([refused.status, refused.error.code]).toEqual([400, 'INVALID_REQUEST']);
});

test('watches changes, and resumes after the last event', async () => {
  const changes = await app.request('/api/v1/documents/watched/watch');
  expect(changes.headers.get('content-type')).toBe('text/event-stream');
  const reader = changes.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => String((await reader?.read())?.value);
  expect(await next()).toBe('retry: 2000\n\n');
  const first = next();
  await send(app, 'POST /documents', { body: { collection: 'watched', id: 'w', data: { a: 1 } } });
  const event = await first;
  expect(event).toMatch(/^id: .+\nevent: created\ndata: \{.*"data":\{"a":1\}.*\}\n\n$/);
  await reader?.cancel();
  await send(app, 'DELETE /documents/watched/w');
  const id = /^id: (.+)$/m.exec(event)?.[1] ?? '';
  const resumed = await app.request('/api/v1/documents/watched/watch', { headers: { 'Last-Event-ID': id } });
  const again = resumed.body?.pipeThrough(new TextDecoderStream()).getReader();
  await again?.read();
  expect((await again?.read())?.value).toContain('event: deleted');
  await again?.cancel();
});

test('a position that the feed refuses is an error, not a stream', async () => {
  const refused = await send(app, 'GET /documents/watched/watch', { headers: { 'Last-Event-ID': 'abc' } });
  expect([refused.status, refused.error.code]).toEqual([400, 'INVALID_REQUEST']);
  expect(refused.error.details).toMatchObject({ path: 'Last-Event-ID' });
});

test.each([
  ['/api/v1/documents/items', 'application/x-ndjson'],
  ['/api/v1/documents/items/watch', 'text/event-stream'],
])('only so many streams of %s are open at a time', async (path, accept) => {
  const base = testDependencies();
  const streams = { results: new OpenStreams(1), changes: new OpenStreams(1) };
  const few = createTestApp({ ...base, streams });
  const documents = Array.from({ length: 1000 }, () => ({ data: { text: 'x'.repeat(100) } }));
  await send(few, 'POST /documents/bulk/insert', { body: { collection: 'items', documents } });
  const open = await few.request(path, { headers: { Accept: accept } });
  const refused = await few.request(path, { headers: { Accept: accept } });
  expect([open.status, refused.status, refused.headers.get('retry-after')]).toEqual([200, 503, '1']);
  await open.body?.cancel();
  const again = await few.request(path, { headers: { Accept: accept } });
  expect(again.status).toBe(200);
  await again.body?.cancel();
  const bad = `${path}?filter={"$bad":1}`;
  await few.request(bad, { headers: { Accept: accept } });
  const after = await few.request(path, { headers: { Accept: accept } });
  expect(after.status).toBe(200);
  await after.body?.cancel();
});

test('a cursor of a long sort key is taken back by the list', async () => {
  const documents = ['a', 'b'].map((id) => ({ id, data: { text: id.repeat(5000) } }));
  await send(app, 'POST /documents/bulk/insert', { body: { collection: 'long', documents } });
  const first = await send(app, 'GET /documents/long?sort=text&limit=1&cursor=');
  const { next_cursor: next } = first.data.pagination as JsonObject;
  const second = await send(app, `GET /documents/long?sort=text&limit=1&cursor=${next}`);
  expect(ids(second.data)).toEqual(['b']);
});

test('a cursor that no URL can carry is refused there, and given by search', async () => {
  const documents = ['a', 'b'].map((id) => ({ id, data: { text: id.repeat(12_000) } }));
  await send(app, 'POST /documents/bulk/insert', { body: { collection: 'longer', documents } });
  const { error } = await send(app, 'GET /documents/longer?sort=text&limit=1&cursor=');
  expect(error).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', details: { max_length: 7168 } });
  const search = (cursor: Json | undefined) =>
    send(app, 'POST /documents/longer/search', { body: { sort: { text: 1 }, limit: 1, cursor } });
  const first = await search('');
  expect(ids((await search((first.data.pagination as JsonObject).next_cursor)).data)).toEqual(['b']);
});

test.each(['n:1', '%2Bn', 'n,m:0'])('refuses projection=%s in a query string', async (projection) => {
  const { error } = await send(app, `GET /documents/items?projection=${projection}`);
  expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
});

test.each(['n', '+n', '%2Bn', 'n:asc', '{"n":1}'])('sort=%s sorts upwards', async (sort) => {
  const { data } = await send(app, `GET /documents/items?limit=2&sort=${sort}`);
  expect((data.documents as JsonObject[]).map((shown) => (shown.data as JsonObject).n)).toEqual([0, 1]);
});
