import { z } from 'zod';
import { bulkInsert, maxBulkOperations } from '../../../application/use-cases/bulk/bulk-insert.ts';
import { bulkWrite } from '../../../application/use-cases/bulk/bulk-write.ts';
import { deleteMany } from '../../../application/use-cases/bulk/delete-many.ts';
import { updateMany } from '../../../application/use-cases/bulk/update-many.ts';
import { successOf } from '../answer.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { collection } from '../schemas/document.ts';
import { arrayFilters, collation, filter, update } from '../schemas/query.ts';
import { documentInput, writeOperation } from '../schemas/write-operation.ts';

const tag = 'Bulk';
const ordered = z
  .boolean()
  .meta({ description: 'True (the default): the first failure stops the rest.' })
  .optional();
const failureNote =
  'When a part fails, the error’s `details` say what was done, what failed (`failed`: index, code, message) and how much was `not_attempted`.';
const counts = {
  inserted_count: z.int().min(0),
  matched_count: z.int().min(0),
  modified_count: z.int().min(0),
  deleted_count: z.int().min(0),
  upserted_count: z.int().min(0),
};

const insert = defineEndpoint({
  method: 'post',
  path: '/documents/bulk/insert',
  operationId: 'bulkInsert',
  tag,
  summary: 'Insert many documents',
  description: `Stores up to 10,000 documents. ${failureNote}`,
  role: 'writer',
  body: z
    .strictObject({ collection, documents: z.array(documentInput).min(1).max(maxBulkOperations), ordered })
    .meta({ id: 'BulkInsertRequest' }),
  bodyExamples: {
    users: { collection: 'users', documents: [{ data: { name: 'Ada' } }, { data: { name: 'Alan' } }] },
  },
  answer: {
    status: 201,
    description: 'How many, and their ids in order.',
    data: z.object({ inserted_count: z.int().min(0), inserted_ids: z.array(z.string()) }),
    example: { inserted_count: 2, inserted_ids: ['665f1c2ab7e4d8a1c0ffee01', '665f1c2ab7e4d8a1c0ffee02'] },
  },
  errors: ['VALIDATION_ERROR', 'DUPLICATE_KEY'],
  handle: async ({ exchange, body }) => {
    const ids = await bulkInsert(await exchange.context(), { ...body, ordered: body.ordered ?? true });
    return successOf({ inserted_count: ids.length, inserted_ids: ids }, 201);
  },
});

const updateMatching = defineEndpoint({
  method: 'post',
  path: '/documents/{collection}/update-many',
  operationId: 'updateMany',
  tag,
  summary: 'Update many documents',
  description: 'Updates every document that matches; each one atomically.',
  role: 'writer',
  body: z
    .strictObject({ filter, collation: collation.optional(), update, array_filters: arrayFilters.optional() })
    .meta({ id: 'UpdateManyRequest' }),
  bodyExamples: { close: { filter: { status: 'idle' }, update: { $set: { status: 'closed' } } } },
  answer: {
    status: 200,
    description: 'How many matched and how many changed.',
    data: z.object({ matched_count: counts.matched_count, modified_count: counts.modified_count }),
    example: { matched_count: 3, modified_count: 2 },
  },
  errors: ['VALIDATION_ERROR', 'DUPLICATE_KEY', 'QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }) => {
    const { matched, modified } = await updateMany(await exchange.context(), {
      collection: exchange.param('collection'),
      filter: body.filter,
      collation: body.collation,
      update: body.update,
      arrayFilters: body.array_filters,
    });
    return successOf({ matched_count: matched, modified_count: modified });
  },
});

const deleteMatching = defineEndpoint({
  method: 'post',
  path: '/documents/{collection}/delete-many',
  operationId: 'deleteMany',
  tag,
  summary: 'Delete many documents',
  description: 'Deletes every document that matches. An empty filter needs `"all": true`.',
  role: 'writer',
  body: z
    .strictObject({
      filter,
      collation: collation.optional(),
      all: z.boolean().meta({ description: 'Confirms that an empty filter is meant.' }).optional(),
    })
    .meta({ id: 'DeleteManyRequest' }),
  bodyExamples: { closed: { filter: { status: 'closed' } }, everything: { filter: {}, all: true } },
  answer: {
    status: 200,
    description: 'How many were deleted.',
    data: z.object({ deleted_count: counts.deleted_count }),
    example: { deleted_count: 2 },
  },
  errors: ['VALIDATION_ERROR', 'QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }) => {
    const input = { ...body, collection: exchange.param('collection'), all: body.all ?? false };
    return successOf({ deleted_count: await deleteMany(await exchange.context(), input) });
  },
});

const write = defineEndpoint({
  method: 'post',
  path: '/documents/bulk/write',
  operationId: 'bulkWrite',
  tag,
  summary: 'Run many writes',
  description: `Up to 10,000 inserts, updates, replacements, deletions and upserts, each of one document unless \`many\`. ${failureNote}`,
  role: 'writer',
  body: z
    .strictObject({ operations: z.array(writeOperation).min(1).max(maxBulkOperations), ordered })
    .meta({ id: 'BulkWriteRequest' }),
  bodyExamples: {
    mixed: {
      operations: [
        { type: 'insert', collection: 'users', document: { data: { name: 'Ada' }, id: 'ada' } },
        { type: 'update', collection: 'users', id: 'ada', update: { $set: { age: 36 } } },
        { type: 'delete', collection: 'users', filter: { status: 'closed' }, many: true },
      ],
    },
  },
  answer: {
    status: 200,
    description: 'What was done.',
    data: z.object({ ...counts, upserted_ids: z.array(z.string()) }),
    example: {
      inserted_count: 1,
      matched_count: 1,
      modified_count: 1,
      deleted_count: 4,
      upserted_count: 0,
      upserted_ids: [],
    },
  },
  errors: [
    'VALIDATION_ERROR',
    'DOCUMENT_NOT_FOUND',
    'OPTIMISTIC_LOCK_ERROR',
    'DUPLICATE_KEY',
    'QUERY_TOO_EXPENSIVE',
    'UNSUPPORTED_OPERATION',
  ],
  handle: async ({ exchange, body }) => {
    const input = { operations: body.operations, ordered: body.ordered ?? true };
    return successOf(await bulkWrite(await exchange.context(), input));
  },
});

export const bulkEndpoints: readonly Endpoint[] = [insert, updateMatching, deleteMatching, write];
