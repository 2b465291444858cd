import { expect, test } from 'vitest';
import { createTestApp, send } from '../../../../test/support/test-app.ts';
import { databaseTypes } from '../../../domain/database-type.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { apiEndpoints } from '../routes/api-endpoints.ts';
import { descriptionEndpoints } from '../routes/description.ts';
import { openApiDocument } from './open-api-document.ts';

const endpoints = [...apiEndpoints, ...descriptionEndpoints];
const document = openApiDocument({ endpoints, version: '1.0.0', databases: databaseTypes, capped: true });
const data = { data: { a: 1 } };

/** The table of rest-api.md, with a request that each endpoint answers with a success. */
const table: readonly [route: string, status: number, body?: JsonObject][] = [
  ['POST /documents', 201, { collection: 'users', ...data }],
  ['GET /documents/{collection}/{id}', 200],
  ['PUT /documents/{collection}/{id}', 200, { ...data, version: 1 }],
  ['PUT /documents/{collection}/{id}/replace', 200, data],
  ['DELETE /documents/{collection}/{id}', 200],
  ['GET /documents/{collection}', 200],
  ['POST /documents/{collection}/search', 200, {}],
  ['POST /documents/{collection}/count', 200, {}],
  ['GET /documents/{collection}/count/estimate', 200],
  ['POST /documents/{collection}/{id}/find-and-update', 200, { update: { n: 1 } }],
  ['POST /documents/{collection}/{id}/find-and-replace', 200, { replacement: {} }],
  ['POST /documents/{collection}/{id}/find-and-delete', 200],
  ['POST /documents/{collection}/upsert', 200, { filter: { id: 'u' }, update: { n: 1 } }],
  ['POST /documents/{collection}/aggregate', 200, { pipeline: [] }],
  ['POST /documents/{collection}/distinct', 200, { field: 'a' }],
  ['POST /documents/bulk/insert', 201, { collection: 'users', documents: [data] }],
  ['POST /documents/{collection}/update-many', 200, { filter: {}, update: { n: 1 } }],
  ['POST /documents/{collection}/delete-many', 200, { filter: { a: 1 } }],
  ['POST /documents/bulk/write', 200, { operations: [{ type: 'delete', collection: 'users', id: 'x' }] }],
  ['POST /indexes/{collection}', 201, { keys: { a: 1 }, options: {} }],
  ['POST /indexes/{collection}/bulk', 201, { indexes: [{ keys: { b: 1 }, options: {} }] }],
  ['DELETE /indexes/{collection}/{index_name}', 200],
  ['GET /indexes/{collection}', 200],
  ['POST /collections', 201, { name: 'fresh' }],
  ['DELETE /collections/{collection}', 200],
  ['POST /collections/{old_name}/rename', 200, { new_name: 'renamed' }],
  ['GET /collections', 200],
  ['GET /collections/{collection}/exists', 200],
  ['POST /transactions/execute', 200, { operations: [{ type: 'insert', collection: 't', document: data }] }],
  ['POST /query/raw', 403, { query: 'SELECT 1' }],
  ['POST /documents/raw-query', 403, { query: 'SELECT 1' }],
  ['POST /query/raw/typed', 403, { query: 'SELECT 1', result_type: 'array' }],
  ['GET /health', 200],
  ['GET /health/database/{db_type}', 200],
  ['GET /metrics', 200],
  ['GET /stats/database/{db_type}', 200],
  ['GET /stats/collection/{collection}', 200],
  ['GET /openapi.json', 200],
  ['GET /docs', 200],
  ['GET /databases', 200],
];

const values: Readonly<Record<string, string>> = {
  collection: 'users',
  id: 'one',
  index_name: 'i',
  old_name: 'users',
  db_type: 'memory',
};

test.each(table)('%s answers %i and is described', async (route, status, body) => {
  const app = createTestApp();
  await send(app, 'POST /documents', { body: { collection: 'users', id: 'one', data: { a: 1 } } });
  await send(app, 'POST /indexes/users', { body: { keys: { c: 1 }, options: { name: 'i' } } });
  const filled = route.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  const got = await send(app, filled, body === undefined ? {} : { body });
  expect([got.status, got.body.error]).toEqual([status, status < 400 ? undefined : expect.anything()]);
  const operation = operations.find(([name]) => name === route)?.[1];
  expect(Object.keys(operation?.responses ?? {})).toContain(String(status));
});

/** By `GET /documents`, base path left out. */
const operations = Object.entries(document.paths as Record<string, Record<string, JsonObject>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path.replace('/api/v1', '')}`, operation] as const,
    ),
);

test('describes nothing that is not in the table or beside it', () => {
  const beside = ['GET /documents/{collection}/watch', 'GET /ready', 'GET /live', 'GET /docs/{file}'];
  expect(operations.map(([name]) => name).toSorted()).toEqual(
    [...table.map(([route]) => route), ...beside].toSorted(),
  );
});

test.each(operations)('%s is described in full', (_name, operation) => {
  expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/);
  expect(String(operation.description).length).toBeGreaterThan(5);
  for (const parameter of operation.parameters as readonly JsonObject[])
    expect([parameter.name, String(parameter.description).length > 5]).toEqual([parameter.name, true]);
  const body = operation.requestBody as JsonObject | undefined;
  if (body === undefined) return;
  const { examples } = (body.content as Record<string, JsonObject>)['application/json'] ?? {};
  expect(Object.keys(examples ?? {})).not.toHaveLength(0);
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1]);
  for (const reference of new Set(references)) {
    const target = reference?.split('/').reduce<Json | undefined>(memberOf, document);
    expect([reference, target === undefined]).toEqual([reference, false]);
  }
});

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)[name]
    : undefined;
}

test('names only the databases that are configured', async () => {
  const { body } = await send(createTestApp(), 'GET /openapi.json');
  expect(body.openapi).toBe('3.1.1');
  const parameters = [
    ...JSON.stringify(body).matchAll(/"name":"X-Database-Type"[^{}]*"schema":(\{[^{}]*\})/g),
  ];
  expect(new Set(parameters.map((match) => match[1]))).toEqual(
    new Set(['{"type":"string","enum":["memory"]}']),
  );
});
