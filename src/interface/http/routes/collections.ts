import { z } from 'zod';
import { createCollection } from '../../../application/use-cases/collections/create-collection.ts';
import { dropCollection } from '../../../application/use-cases/collections/drop-collection.ts';
import {
  collectionExists,
  listCollections,
} from '../../../application/use-cases/collections/list-collections.ts';
import { renameCollection } from '../../../application/use-cases/collections/rename-collection.ts';
import { successMessage, successOf } from '../answer.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { collection as collectionName } from '../schemas/document.ts';

const tag = 'Collections';

const create = defineEndpoint({
  method: 'post',
  path: '/collections',
  operationId: 'createCollection',
  tag,
  summary: 'Create a collection',
  description: 'Creates an empty collection. Writing to one that does not exist creates it as well.',
  role: 'writer',
  body: z
    .strictObject({
      name: collectionName,
      options: z
        .strictObject({
          capped: z.boolean().meta({ description: 'Keeps only the newest documents.' }).optional(),
          size: z.int().min(1).meta({ description: 'Bytes; needed for a capped collection.' }).optional(),
          max: z.int().min(1).meta({ description: 'Documents.' }).optional(),
        })
        .optional(),
    })
    .meta({ id: 'CreateCollectionRequest' }),
  bodyExamples: { users: { name: 'users' } },
  answer: {
    status: 201,
    description: 'The collection exists.',
    data: z.object({ collection: z.string() }),
    example: { collection: 'users' },
    links: {
      dropCollection: { collection: 'collection' },
      renameCollection: { old_name: 'collection' },
      collectionExists: { collection: 'collection' },
      collectionStats: { collection: 'collection' },
    },
  },
  errors: ['VALIDATION_ERROR', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }) =>
    successOf({ collection: await createCollection(await exchange.context(), body) }, 201),
});

const drop = defineEndpoint({
  method: 'delete',
  path: '/collections/{collection}',
  operationId: 'dropCollection',
  tag,
  summary: 'Drop a collection',
  description: 'Removes a collection with its documents and indexes.',
  role: 'admin',
  answer: { status: 200, description: 'The collection is gone.', message: 'collection dropped' },
  errors: ['VALIDATION_ERROR', 'COLLECTION_NOT_FOUND'],
  handle: async ({ exchange }) => {
    await dropCollection(await exchange.context(), exchange.param('collection'));
    return successMessage('collection dropped');
  },
});

const rename = defineEndpoint({
  method: 'post',
  path: '/collections/{old_name}/rename',
  operationId: 'renameCollection',
  tag,
  summary: 'Rename a collection',
  description:
    'Renames a collection with its documents and indexes. Some databases cannot: `GET /databases` says which.',
  role: 'admin',
  body: z.strictObject({ new_name: collectionName }).meta({ id: 'RenameCollectionRequest' }),
  bodyExamples: { people: { new_name: 'people' } },
  answer: {
    status: 200,
    description: 'The collection has the new name.',
    data: z.object({ old_name: z.string(), new_name: z.string() }),
    example: { old_name: 'users', new_name: 'people' },
  },
  errors: ['VALIDATION_ERROR', 'COLLECTION_NOT_FOUND', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }) => {
    const oldName = exchange.param('old_name');
    const newName = await renameCollection(await exchange.context(), oldName, body.new_name);
    return successOf({ old_name: oldName, new_name: newName });
  },
});

const list = defineEndpoint({
  method: 'get',
  path: '/collections',
  operationId: 'listCollections',
  tag,
  summary: 'List collections',
  description: 'The names of all collections, sorted.',
  role: 'reader',
  answer: {
    status: 200,
    description: 'The names.',
    data: z.object({ collections: z.array(z.string()), count: z.int().min(0) }),
    example: { collections: ['orders', 'users'], count: 2 },
  },
  errors: [],
  handle: async ({ exchange }) => {
    const collections = await listCollections(await exchange.context());
    return successOf({ collections, count: collections.length });
  },
});

const exists = defineEndpoint({
  method: 'get',
  path: '/collections/{collection}/exists',
  operationId: 'collectionExists',
  tag,
  summary: 'Ask whether a collection exists',
  description: 'Answers 200 either way.',
  role: 'reader',
  answer: {
    status: 200,
    description: 'Whether it exists.',
    data: z.object({ collection: z.string(), exists: z.boolean() }),
    example: { collection: 'users', exists: true },
  },
  errors: ['VALIDATION_ERROR'],
  handle: async ({ exchange }) => {
    const collection = exchange.param('collection');
    return successOf({ collection, exists: await collectionExists(await exchange.context(), collection) });
  },
});

export const collectionEndpoints: readonly Endpoint[] = [create, drop, rename, list, exists];
