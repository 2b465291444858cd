import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTestApp, testDependencies } from '../../../test/support/test-app.ts';
import { type ErrorCode, errorStatus } from '../../domain/errors.ts';
import { accumulatorOperators } from '../../domain/query/accumulator-operator.ts';
import { expressionOperators } from '../../domain/query/expression-operator.ts';
import { apiEndpoints } from './routes/api-endpoints.ts';

/** Bad input is a 4xx of the closed list every time (or 501 for what the database cannot do): never a 5xx. */
const requests = 1500;

const operators = [
  ...[
    '$and',
    '$or',
    '$nor',
    '$not',
    '$expr',
    '$in',
    '$nin',
    '$all',
    '$elemMatch',
    '$size',
    '$exists',
    '$type',
  ],
  ...['$regex', '$options', '$mod', '$bitsAllSet', '$jsonSchema', '$where', '$text', '$near', '$comment'],
  ...['$set', '$unset', '$inc', '$push', '$pull', '$addToSet', '$rename', '$bit', '$pop', '$currentDate'],
  ...[
    '$each',
    '$slice',
    '$sort',
    '$position',
    '$match',
    '$group',
    '$project',
    '$unwind',
    '$lookup',
    '$facet',
  ],
  ...['$bucket', '$setWindowFields', '$densify', '$fill', '$graphLookup', '$unionWith', '$limit', '$skip'],
  ...['$count', '$sample', '$out', '$merge', '$function', '$literal', '$date', '$oid'],
  ...expressionOperators,
  ...accumulatorOperators,
];
const key = fc.oneof(
  fc.constantFrom(...operators),
  fc.constantFrom(
    'a',
    'a.b',
    'id',
    '_id',
    'tags.$',
    'tags.$[]',
    '__proto__',
    'constructor',
    '',
    '.',
    'a..b',
    '$',
  ),
  fc.constantFrom(
    'filter',
    'update',
    'sort',
    'input',
    'as',
    'in',
    'from',
    'pipeline',
    'data',
    'keys',
    'type',
  ),
);
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    1,
    -1,
    2,
    1e308,
    -0,
    1.5,
    null,
    true,
    false,
    '',
    'a',
    '$a',
    '$$ROOT',
    '(a+)+$',
    '\0',
  ),
  fc.string({ maxLength: 5, unit: 'binary' }),
  fc.integer(),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

const bodyFields = ['filter', 'update', 'sort', 'projection', 'pipeline', 'field', 'keys', 'options', 'data'];
const moreFields = [
  'operations',
  'documents',
  'indexes',
  'replacement',
  'name',
  'new_name',
  'limit',
  'cursor',
];
const body = fc.oneof(
  value,
  fc
    .array(fc.tuple(fc.constantFrom(...bodyFields, ...moreFields, 'collection', 'array_filters'), value), {
      minLength: 1,
      maxLength: 4,
    })
    .map((entries) => Object.fromEntries(entries)),
);

/** Most requests are right in everything but one part, so that they get past the first check. */
const templates: Readonly<Record<string, (part: unknown) => unknown>> = {
  createDocument: (part) => ({ collection: 'c', data: part }),
  mergeDocument: (part) => ({ data: part, version: 1 }),
  replaceDocument: (part) => ({ data: part }),
  searchDocuments: (part) => ({ filter: part }),
  countDocuments: (part) => ({ filter: part }),
  findAndUpdate: (part) => ({ update: part }),
  findAndReplace: (part) => ({ replacement: part }),
  upsertDocument: (part) => ({ filter: part, update: part }),
  aggregate: (part) => ({ pipeline: Array.isArray(part) ? part : [part] }),
  distinctValues: (part) => ({ field: 'a', filter: part }),
  updateMany: (part) => ({ filter: {}, update: part }),
  deleteMany: (part) => ({ filter: part }),
  bulkWrite: (part) => ({ operations: [{ type: 'update', collection: 'c', filter: part, update: part }] }),
  createIndex: (part) => ({ keys: { a: 1 }, options: part }),
  executeTransaction: (part) => ({
    operations: [{ type: 'upsert', collection: 'c', id: 'x', update: part }],
  }),
};

const described = new Map(
  apiEndpoints
    .filter((endpoint) => endpoint.endless !== true && endpoint.path !== '/metrics')
    .map((endpoint) => [endpoint.operationId, endpoint]),
);
const segment = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('c', 'one') },
  fc.constantFrom(
    '%00',
    '%2F',
    '..',
    '%2e%2e',
    '%',
    '%ff',
    'a b',
    'system.x',
    '__proto__',
    "';--",
    'x'.repeat(600),
  ),
);
const hostile = fc.record({
  operation: fc.constantFrom(...described.keys()),
  segments: fc.array(segment, { minLength: 2, maxLength: 2 }),
  part: value,
  whole: fc.option(body, { freq: 3 }),
  query: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, fc.webQueryParameters()),
});

test.each(['memory', 'sqlite'] as const)('hostile requests on %s', { timeout: 120_000 }, async (type) => {
  const service = testDependencies(type);
  const app = createTestApp(service);
  await app.request('/api/v1/documents', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"collection":"c","id":"one","data":{"a":[1,{"b":"x"}],"tags":["t"]}}',
  });
  await fc.assert(
    fc.asyncProperty(hostile, async ({ operation, segments, part, whole, query }) => {
      const endpoint = described.get(operation);
      if (endpoint === undefined) return;
      const names = [...segments];
      const path = endpoint.path.replace(/\{\w+\}/g, () => names.shift() ?? 'c');
      const template = templates[operation];
      const sent = whole ?? (template === undefined ? part : template(part));
      const prefix = endpoint.root === 'only' ? '' : '/api/v1';
      const response = await app.request(`${prefix}${path}${query === '' ? '' : `?${query}`}`, {
        method: endpoint.method.toUpperCase(),
        headers: { 'Content-Type': 'application/json' },
        ...(endpoint.body !== undefined && { body: JSON.stringify(sent) ?? '' }),
      });
      const answer = JSON.parse(await response.text());
      expect(answer.success).toBe(response.status < 300);
      if (response.status < 300) return;
      const code = answer.error.code as ErrorCode;
      expect([code, response.status]).toEqual([code, errorStatus[code]]);
      expect(response.status < 500 || response.status === 501, JSON.stringify(answer)).toBe(true);
    }),
    { numRuns: requests },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
  await (await service.databases.repository(type)).close();
});
