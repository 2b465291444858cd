import { expect, test } from 'vitest';
import { createTestApp, send } from '../../../../test/support/test-app.ts';

const app = createTestApp();

test.each([
  ['/documents/bulk/write', {}],
  ['/documents/bulk/write', { $and: [{}] }],
  ['/transactions/execute', {}],
])('a delete of everything has to be meant: %s %j', async (path, filter) => {
  await send(app, 'POST /documents', { body: { collection: 'meant', data: {} } });
  const operation = { type: 'delete', collection: 'meant', filter, many: true };
  const remove = (extra: object) =>
    send(app, `POST ${path}`, { body: { operations: [{ ...operation, ...extra }] } });
  expect((await remove({})).error).toMatchObject({
    code: 'INVALID_REQUEST',
    details: { path: 'operations[0].filter' },
  });
  expect((await remove({ all: true })).status).toBe(200);
  expect((await remove({ all: true, many: false })).error).toMatchObject({
    details: { path: 'operations[0].all' },
  });
});

test('an expectation that is not met says whether anything was found', async () => {
  await send(app, 'POST /documents', { body: { collection: 'expected', id: 'a', data: {} } });
  const run = (filter: object, matched: number) =>
    send(app, 'POST /transactions/execute', {
      body: { operations: [{ type: 'delete', collection: 'expected', filter, expect: { matched } }] },
    });
  expect((await run({ id: 'a' }, 2)).error.details).toMatchObject({ reason: 'EXPECTATION_FAILED' });
  expect((await run({ id: 'b' }, 1)).error.details).toMatchObject({ reason: 'DOCUMENT_NOT_FOUND' });
});
