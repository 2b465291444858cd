import { expect, test } from 'vitest';
import { createTestApp, send } from '../../../../test/support/test-app.ts';
import type { JsonObject } from '../../../domain/value/value.ts';

const app = createTestApp();
const create = (id: string, data: unknown) =>
  send(app, 'POST /documents', { body: { collection: 'c', id, data } });

test('find-and-update answers the document after, or before', async () => {
  await create('updated', { n: 1 });
  const path = 'POST /documents/c/updated/find-and-update';
  expect((await send(app, path, { body: { update: { $inc: { n: 1 } } } })).data).toMatchObject({
    data: { n: 2 },
    version: 2,
  });
  const before = await send(app, path, { body: { update: { n: { $inc: 5 } }, return: 'before' } });
  expect(before.data).toMatchObject({ data: { n: 2 }, version: 2 });
  const unchanged = await send(app, path, { body: { update: { $set: { n: 7 } } } });
  expect(unchanged.data).toMatchObject({ data: { n: 7 }, version: 3 });
  const stale = await send(app, path, { body: { update: { n: 1 } }, headers: { 'If-Match': '"1"' } });
  expect(stale.error.code).toBe('OPTIMISTIC_LOCK_ERROR');
  const arrays = { update: { $set: { 'list.$[x]': 9 } }, array_filters: [{ x: 1 }] };
  await create('arrays', { list: [1, 2, 1] });
  expect((await send(app, 'POST /documents/c/arrays/find-and-update', { body: arrays })).data).toMatchObject({
    data: { list: [9, 2, 9] },
  });
});

test('find-and-replace and find-and-delete answer the document', async () => {
  await create('replaced', { a: 1 });
  const replaced = await send(app, 'POST /documents/c/replaced/find-and-replace', {
    body: { replacement: { b: 2 }, metadata: { m: 1 } },
  });
  expect(replaced.data).toMatchObject({ data: { b: 2 }, metadata: { m: 1 }, version: 2 });
  const refused = await send(app, 'POST /documents/c/replaced/find-and-replace', {
    body: { replacement: { $x: 1 } },
  });
  expect(refused.error).toMatchObject({ code: 'VALIDATION_ERROR', details: { path: 'replacement.$x' } });
  const deleted = await send(app, 'POST /documents/c/replaced/find-and-delete');
  expect(deleted.data).toMatchObject({ id: 'replaced', data: { b: 2 } });
  expect((await send(app, 'POST /documents/c/replaced/find-and-delete')).status).toBe(404);
});

test('64 racing increments lose nothing', async () => {
  await create('counter', { n: 0 });
  const body = { update: { $inc: { n: 1 } } };
  await Promise.all(
    Array.from({ length: 64 }, () => send(app, 'POST /documents/c/counter/find-and-update', { body })),
  );
  expect((await send(app, 'GET /documents/c/counter')).data).toMatchObject({ data: { n: 64 }, version: 65 });
});

test('upsert creates, then updates', async () => {
  const body = { filter: { id: 'up', kind: 'k' }, update: { $inc: { n: 1 }, $setOnInsert: { first: true } } };
  expect((await send(app, 'POST /documents/u/upsert', { body })).data).toEqual({
    id: 'up',
    operation: 'created',
  });
  expect((await send(app, 'POST /documents/u/upsert', { body })).data).toEqual({
    id: 'up',
    operation: 'updated',
  });
  expect((await send(app, 'GET /documents/u/up')).data.data).toEqual({ kind: 'k', n: 2, first: true });
});

test('aggregates and streams', async () => {
  for (const n of [1, 2, 3]) await send(app, 'POST /documents', { body: { collection: 'a', data: { n } } });
  const body = { pipeline: [{ $group: { _id: null, sum: { $sum: '$n' } } }], allow_disk_use: true };
  expect((await send(app, 'POST /documents/a/aggregate', { body })).data).toEqual({
    results: [{ _id: null, sum: 6 }],
  });
  const streamed = await app.request('/api/v1/documents/a/aggregate', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/x-ndjson' },
    body: JSON.stringify({ pipeline: [{ $sort: { n: -1 } }, { $project: { _id: 0, n: 1 } }] }),
  });
  expect(await streamed.text()).toBe('{"n":3}\n{"n":2}\n{"n":1}\n');
  const plan = await send(app, 'POST /documents/a/aggregate', { body: { pipeline: [], explain: true } });
  expect(plan.data).toMatchObject({ database: 'memory' });
  const refused = await send(app, 'POST /documents/a/aggregate', { body: { pipeline: [{ $nope: 1 }] } });
  expect([refused.status, refused.error.code]).toEqual([400, 'INVALID_REQUEST']);
  expect(
    (await send(app, 'POST /documents/a/distinct', { body: { field: 'n', filter: { n: { $gt: 1 } } } })).data,
  ).toEqual({ field: 'n', values: [2, 3] });
});

test('bulk insert says what was done when a part fails', async () => {
  const documents = [
    { id: '1', data: {} },
    { id: '1', data: {} },
    { id: '2', data: {} },
  ];
  const ordered = await send(app, 'POST /documents/bulk/insert', { body: { collection: 'b', documents } });
  expect(ordered.status).toBe(409);
  expect(ordered.error).toMatchObject({
    code: 'DUPLICATE_KEY',
    details: { inserted_count: 1, inserted_ids: ['1'], failed: [{ index: 1 }], not_attempted: 1 },
  });
  const body = { collection: 'b2', documents, ordered: false };
  expect((await send(app, 'POST /documents/bulk/insert', { body })).error).toMatchObject({
    details: { inserted_count: 2, inserted_ids: ['1', '2'], not_attempted: 0 },
  });
  const invalid = { collection: 'b3', documents: [{ data: {} }, { data: { _id: 1 } }] };
  expect((await send(app, 'POST /documents/bulk/insert', { body: invalid })).error).toMatchObject({
    code: 'VALIDATION_ERROR',
    details: { path: 'documents[1].data._id' },
  });
  expect((await send(app, 'GET /documents/b3')).data).toMatchObject({ documents: [] });
});

test('update-many and delete-many', async () => {
  const documents = [1, 2, 3].map((n) => ({ data: { n } }));
  await send(app, 'POST /documents/bulk/insert', { body: { collection: 'm', documents } });
  const update = { filter: { n: { $gte: 2 } }, update: { $set: { n: 3 } } };
  expect((await send(app, 'POST /documents/m/update-many', { body: update })).data).toEqual({
    matched_count: 2,
    modified_count: 1,
  });
  const everything = await send(app, 'POST /documents/m/delete-many', { body: { filter: {} } });
  expect(everything.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path: 'filter' } });
  expect((await send(app, 'POST /documents/m/delete-many', { body: { filter: { n: 3 } } })).data).toEqual({
    deleted_count: 2,
  });
  const all = { filter: {}, all: true };
  expect((await send(app, 'POST /documents/m/delete-many', { body: all })).data).toEqual({
    deleted_count: 1,
  });
});

test('a collation goes with filters', async () => {
  const documents = ['apple', 'Apple', 'APPLE', 'pear'].map((name, n) => ({ id: `${n}`, data: { name } }));
  await send(app, 'POST /documents/bulk/insert', { body: { collection: 'fruit', documents } });
  const collation = { locale: 'en', strength: 2 };
  const filter = { name: 'apple' };
  const searched = await send(app, 'POST /documents/fruit/search', { body: { filter, collation } });
  expect(searched.data).toMatchObject({ pagination: { total: 3 } });
  const page = { filter, collation, limit: 2, cursor: '' };
  const first = await send(app, 'POST /documents/fruit/search', { body: page });
  const cursor = (first.data.pagination as JsonObject).next_cursor;
  const rest = await send(app, 'POST /documents/fruit/search', { body: { ...page, cursor } });
  expect(rest.data).toMatchObject({ documents: [{ id: '2' }] });
  const other = { filter, cursor, limit: 2 };
  expect((await send(app, 'POST /documents/fruit/search', { body: other })).status).toBe(400);
  const sorted = { filter, collation, sort: { name: 1 } };
  expect((await send(app, 'POST /documents/fruit/search', { body: sorted })).status).toBe(501);
  expect((await send(app, 'POST /documents/fruit/count', { body: { filter, collation } })).data.count).toBe(
    3,
  );
  const update = { filter, collation, update: { $set: { seen: true } } };
  const updated = await send(app, 'POST /documents/fruit/update-many', { body: update });
  expect(updated.data).toEqual({ matched_count: 3, modified_count: 3 });
  const positional = { ...update, update: { $set: { 'list.$': 1 } } };
  expect((await send(app, 'POST /documents/fruit/update-many', { body: positional })).status).toBe(501);
  const operations = [{ type: 'delete', collection: 'fruit', filter, collation }];
  const written = await send(app, 'POST /documents/bulk/write', { body: { operations } });
  expect(written.data).toMatchObject({ deleted_count: 1 });
  const deleted = await send(app, 'POST /documents/fruit/delete-many', { body: { filter, collation } });
  expect(deleted.data).toEqual({ deleted_count: 2 });
  const upsert = [{ type: 'upsert', collection: 'fruit', filter, collation, update: { n: 1 } }];
  const refused = await send(app, 'POST /documents/bulk/write', { body: { operations: upsert } });
  expect(refused.error).toMatchObject({ details: { path: 'operations[0].collation' } });
  const unknown = { filter, collation: { locale: 'xx' } };
  const nowhere = await send(app, 'POST /documents/fruit/count', { body: unknown });
  expect(nowhere.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path: 'collation.locale' } });
});

test('bulk write counts every kind', async () => {
  const operations = [
    { type: 'insert', collection: 'w', document: { id: 'a', data: { n: 1 } } },
    { type: 'insert', collection: 'w', document: { id: 'b', data: { n: 1 } } },
    { type: 'update', collection: 'w', id: 'a', update: { $inc: { n: 1 } } },
    { type: 'update', collection: 'w', filter: { n: { $gte: 1 } }, update: { seen: true }, many: true },
    { type: 'replace', collection: 'w', id: 'b', document: { data: { r: 1 } } },
    { type: 'upsert', collection: 'w', filter: { id: 'c' }, update: { $set: { n: 9 } } },
    { type: 'delete', collection: 'w', id: 'a' },
  ];
  expect((await send(app, 'POST /documents/bulk/write', { body: { operations } })).data).toEqual({
    inserted_count: 2,
    matched_count: 4,
    modified_count: 4,
    deleted_count: 1,
    upserted_count: 1,
    upserted_ids: ['c'],
  });
});

test.each([
  [{ type: 'update', collection: 'w', id: 'a' }, 'operations[0].update'],
  [{ type: 'update', collection: 'w', update: {} }, 'operations[0]'],
  [{ type: 'delete', collection: 'w', id: 'a', filter: {} }, 'operations[0].filter'],
  [{ type: 'delete', collection: 'w', id: 'a', many: true }, 'operations[0].many'],
  [{ type: 'insert', collection: 'w' }, 'operations[0].document'],
  [
    { type: 'insert', collection: 'w', document: { data: {} }, array_filters: [] },
    'operations[0].array_filters',
  ],
  [{ type: 'delete', collection: 'w', id: 'a', array_filters: [] }, 'operations[0].array_filters'],
  [
    { type: 'replace', collection: 'w', id: 'a', document: { id: 'b', data: {} } },
    'operations[0].document.id',
  ],
  [
    { type: 'insert', collection: 'w', id: 'a', document: { id: 'b', data: {} } },
    'operations[0].document.id',
  ],
  [{ type: 'move', collection: 'w' }, 'operations[0].type'],
  [{ type: 'delete', collection: 'w', filter: { a: { $nope: 1 } } }, 'operations[0].filter.a.$nope'],
])('refuses the operation %j', async (operation, path) => {
  const refused = await send(app, 'POST /documents/bulk/write', { body: { operations: [operation] } });
  expect(refused.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path } });
});

test('an update of many that matches none inserts one when it upserts', async () => {
  const update = { type: 'update', collection: 'um', filter: { k: 1 }, update: { $inc: { n: 1 } } };
  const operations = [{ ...update, many: true, upsert: true }];
  const first = await send(app, 'POST /documents/bulk/write', { body: { operations } });
  expect(first.data).toMatchObject({ matched_count: 0, upserted_count: 1 });
  const second = await send(app, 'POST /documents/bulk/write', { body: { operations } });
  expect(second.data).toMatchObject({ matched_count: 1, modified_count: 1, upserted_count: 0 });
});

const mistaken: readonly (readonly [JsonObject | readonly JsonObject[], string])[] = [
  [{ $inc: { text: 1 } }, 'update.$inc.text'],
  [{ $set: { 'text.a': 1 } }, 'update.$set.text.a'],
  [{ $set: { 'list.9999999': 1 } }, 'update.$set.list.9999999'],
  [{ $set: { 'list.$[].a': 1 } }, 'update.$set.list.$[].a'],
  [{ $rename: { 'list.0': 'x' } }, 'update.$rename.list.0'],
  [[{ $set: { a: 1 } }, { $set: { b: { $divide: [1, '$list'] } } }], 'update[1]'],
  [[{ $replaceWith: '$text' }], 'update[0]'],
];

test.each(mistaken)('says where the update %j cannot be applied', async (update, path) => {
  const document = { collection: 'late', id: 'a', data: { text: 'x', list: [1] } };
  await send(app, 'POST /documents', { body: document });
  const one = await send(app, 'POST /documents/late/a/find-and-update', { body: { update } });
  expect(one.error).toMatchObject({ code: 'INVALID_REQUEST', details: { path } });
  const operation = { type: 'update', collection: 'late', id: 'a', update };
  const fine = { ...operation, update: { $set: { n: 1 } } };
  const body = { operations: [fine, operation] };
  const details = { path: `operations[1].${path}` };
  const bulk = await send(app, 'POST /documents/bulk/write', { body });
  expect(bulk.error).toMatchObject({ code: 'INVALID_REQUEST', details });
  const transaction = await send(app, 'POST /transactions/execute', { body });
  expect(transaction.error).toMatchObject({
    code: 'TRANSACTION_FAILED',
    details: { ...details, failed_operation: 1, reason: 'INVALID_REQUEST' },
  });
});

test('an insert of a transaction takes no expectation of matches', async () => {
  const insert = { type: 'insert', collection: 't', document: { data: {} }, expect: { matched: 4 } };
  const refused = await send(app, 'POST /transactions/execute', { body: { operations: [insert] } });
  expect(refused.error).toMatchObject({ details: { path: 'operations[0].expect' } });
});

test('a transaction is all or nothing', async () => {
  const insert = { type: 'insert', collection: 't', document: { id: 'x', data: { n: 1 } } };
  const missing = { type: 'update', collection: 't', id: 'none', update: { n: 2 } };
  const failed = await send(app, 'POST /transactions/execute', { body: { operations: [insert, missing] } });
  expect([failed.status, failed.error.code]).toEqual([409, 'TRANSACTION_FAILED']);
  expect(failed.error.details).toMatchObject({ failed_operation: 1, path: 'operations[1]' });
  expect((await send(app, 'GET /documents/t/x')).status).toBe(404);
  const operations = [insert, { ...missing, optional: true }];
  const committed = await send(app, 'POST /transactions/execute', { body: { operations } });
  expect(committed.data).toMatchObject({
    operations_count: 2,
    status: 'committed',
    results: [
      { inserted_count: 1, inserted_id: 'x' },
      { matched_count: 0, modified_count: 0 },
    ],
  });
  const expecting = { ...missing, id: undefined, filter: { n: 1 }, expect: { matched: 2 } };
  const unmet = await send(app, 'POST /transactions/execute', { body: { operations: [expecting] } });
  expect(unmet.error.code).toBe('TRANSACTION_FAILED');
});
