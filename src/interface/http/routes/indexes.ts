import { z } from 'zod';
import { createIndexes } from '../../../application/use-cases/indexes/create-indexes.ts';
import { dropIndex } from '../../../application/use-cases/indexes/drop-index.ts';
import { listIndexes } from '../../../application/use-cases/indexes/list-indexes.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { pathToString } from '../../../domain/query/path.ts';
import { successMessage, successOf } from '../answer.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { indexDescription, indexInput } from '../schemas/index-definition.ts';

const tag = 'Indexes';
const maxIndexes = 64;

const create = defineEndpoint({
  method: 'post',
  path: '/indexes/{collection}',
  operationId: 'createIndex',
  tag,
  summary: 'Create an index',
  description:
    'Creates a real index of the database. The same definition again changes nothing. Creates the collection.',
  role: 'admin',
  body: indexInput,
  bodyExamples: { email: { keys: { email: 1 }, options: { unique: true } } },
  answer: {
    status: 201,
    description: 'The index exists.',
    data: z.object({ index_name: z.string(), collection: z.string() }),
    example: { index_name: 'email_1', collection: 'users' },
    links: { dropIndex: { collection: 'collection', index_name: 'index_name' } },
  },
  errors: ['VALIDATION_ERROR', 'DUPLICATE_KEY', 'INDEX_ERROR', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }) => {
    const collection = exchange.param('collection');
    const [name] = await createIndexes(await exchange.context(), collection, [{ input: body, path: '' }]);
    return successOf({ index_name: name, collection }, 201);
  },
});

const createMany = defineEndpoint({
  method: 'post',
  path: '/indexes/{collection}/bulk',
  operationId: 'createIndexes',
  tag,
  summary: 'Create several indexes',
  description: 'Creates them one after another; all are checked before the first is made.',
  role: 'admin',
  body: z
    .strictObject({ indexes: z.array(indexInput).min(1).max(maxIndexes) })
    .meta({ id: 'CreateIndexesRequest' }),
  bodyExamples: { two: { indexes: [{ keys: { city: 1 } }, { keys: { age: -1 } }] } },
  answer: {
    status: 201,
    description: 'The indexes exist.',
    data: z.object({ index_names: z.array(z.string()), created_count: z.int().min(0) }),
    example: { index_names: ['city_1', 'age_-1'], created_count: 2 },
  },
  errors: ['VALIDATION_ERROR', 'DUPLICATE_KEY', 'INDEX_ERROR', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }) => {
    const inputs = body.indexes.map((input, index) => ({ input, path: `indexes[${index}]` }));
    const names = await createIndexes(await exchange.context(), exchange.param('collection'), inputs);
    return successOf({ index_names: names, created_count: names.length }, 201);
  },
});

const drop = defineEndpoint({
  method: 'delete',
  path: '/indexes/{collection}/{index_name}',
  operationId: 'dropIndex',
  tag,
  summary: 'Drop an index',
  description: 'Removes an index. The index `_id_` cannot be dropped.',
  role: 'admin',
  answer: { status: 200, description: 'The index is gone.', message: 'index dropped' },
  errors: ['VALIDATION_ERROR', 'COLLECTION_NOT_FOUND', 'INDEX_ERROR'],
  handle: async ({ exchange }) => {
    await dropIndex(await exchange.context(), exchange.param('collection'), exchange.param('index_name'));
    return successMessage('index dropped');
  },
});

const list = defineEndpoint({
  method: 'get',
  path: '/indexes/{collection}',
  operationId: 'listIndexes',
  tag,
  summary: 'List indexes',
  description: 'The indexes of a collection, `_id_` first.',
  role: 'reader',
  answer: {
    status: 200,
    description: 'The indexes.',
    data: z.object({ indexes: z.array(indexDescription) }),
    example: { indexes: [{ name: '_id_', keys: { _id: 1 }, unique: true, sparse: false }] },
  },
  errors: ['VALIDATION_ERROR', 'COLLECTION_NOT_FOUND'],
  handle: async ({ exchange }) => {
    const indexes = await listIndexes(await exchange.context(), exchange.param('collection'));
    return successOf({ indexes: indexes.map(describe) });
  },
});

function describe(index: IndexDefinition) {
  return {
    name: index.name,
    keys: Object.fromEntries(index.keys.map(({ path, kind }) => [pathToString(path), kind])),
    unique: index.unique,
    sparse: index.sparse,
    expire_after_seconds: index.expireAfterSeconds,
    partial_filter: index.partialFilter?.source,
  };
}

export const indexEndpoints: readonly Endpoint[] = [create, createMany, drop, list];
