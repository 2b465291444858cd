import { z } from 'zod';
import { findAndUpdate } from '../../../application/use-cases/atomic/find-and-update.ts';
import { upsertDocument } from '../../../application/use-cases/atomic/upsert-document.ts';
import { documentAfter } from '../../../application/use-cases/documents/changed-document.ts';
import { deleteDocument } from '../../../application/use-cases/documents/delete-document.ts';
import { replaceDocument } from '../../../application/use-cases/documents/replace-document.ts';
import { success, successOf } from '../answer.ts';
import { documentJson } from '../document-json.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { underExpectedVersion } from '../entity-tags.ts';
import { data, document, exampleDocument, metadata } from '../schemas/document.ts';
import { arrayFilters, filter, update } from '../schemas/query.ts';
import { documentAnswer } from './documents.ts';

const tag = 'Atomic operations';

const updateOne = defineEndpoint({
  method: 'post',
  path: '/documents/{collection}/{id}/find-and-update',
  operationId: 'findAndUpdate',
  tag,
  summary: 'Update a document and read it',
  description: 'Applies an update atomically: concurrent `$inc`s lose nothing.',
  role: 'writer',
  body: z
    .strictObject({
      update,
      array_filters: arrayFilters.optional(),
      return: z
        .enum(['after', 'before'])
        .meta({ description: 'Which state to answer; `after` by default.' })
        .optional(),
    })
    .meta({ id: 'FindAndUpdateRequest' }),
  bodyExamples: {
    operators: { update: { $inc: { age: 1 } } },
    plain: { update: { stock: { $inc: -1 }, status: 'sold' } },
  },
  requestHeaders: ['If-Match'],
  answer: {
    status: 200,
    description: 'The document after (or before) the update.',
    data: document,
    example: { ...exampleDocument, data: { ...exampleDocument.data, age: 37 }, version: 2 },
    headers: ['ETag'],
  },
  errors: [
    'VALIDATION_ERROR',
    'DOCUMENT_NOT_FOUND',
    'OPTIMISTIC_LOCK_ERROR',
    'DUPLICATE_KEY',
    'UNSUPPORTED_OPERATION',
  ],
  handle: async ({ exchange, body }) => {
    const context = await exchange.context();
    const input = {
      collection: exchange.param('collection'),
      id: exchange.param('id'),
      update: body.update,
      arrayFilters: body.array_filters,
    };
    const changed = await underExpectedVersion(exchange.request, undefined, (version) =>
      findAndUpdate(context, { ...input, version }),
    );
    return documentAnswer(body.return === 'before' ? changed.before : documentAfter(changed));
  },
});

const replaceOne = defineEndpoint({
  method: 'post',
  path: '/documents/{collection}/{id}/find-and-replace',
  operationId: 'findAndReplace',
  tag,
  summary: 'Replace a document and read it',
  description: 'Replaces the whole of `data` atomically, and `metadata` when it is given.',
  role: 'writer',
  body: z.strictObject({ replacement: data, metadata }).meta({ id: 'FindAndReplaceRequest' }),
  bodyExamples: { user: { replacement: { name: 'Ada King' } } },
  requestHeaders: ['If-Match'],
  answer: {
    status: 200,
    description: 'The document after the replacement.',
    data: document,
    example: { ...exampleDocument, data: { name: 'Ada King' }, version: 2 },
    headers: ['ETag'],
  },
  errors: ['VALIDATION_ERROR', 'DOCUMENT_NOT_FOUND', 'OPTIMISTIC_LOCK_ERROR', 'DUPLICATE_KEY'],
  handle: async ({ exchange, body }) => {
    const context = await exchange.context();
    const input = {
      collection: exchange.param('collection'),
      id: exchange.param('id'),
      data: body.replacement,
      metadata: body.metadata,
      dataPath: 'replacement',
    };
    const changed = await underExpectedVersion(exchange.request, undefined, (version) =>
      replaceDocument(context, { ...input, version }),
    );
    return documentAnswer(documentAfter(changed));
  },
});

const deleteOne = defineEndpoint({
  method: 'post',
  path: '/documents/{collection}/{id}/find-and-delete',
  operationId: 'findAndDelete',
  tag,
  summary: 'Delete a document and read it',
  description: 'Deletes one document and answers it as it was. Takes no body.',
  role: 'writer',
  requestHeaders: ['If-Match'],
  answer: {
    status: 200,
    description: 'The document that was deleted.',
    data: document,
    example: exampleDocument,
  },
  errors: ['VALIDATION_ERROR', 'DOCUMENT_NOT_FOUND', 'OPTIMISTIC_LOCK_ERROR'],
  handle: async ({ exchange }) => {
    const reference = { collection: exchange.param('collection'), id: exchange.param('id') };
    const context = await exchange.context();
    const deleted = await underExpectedVersion(exchange.request, undefined, (version) =>
      deleteDocument(context, reference, version),
    );
    return success(documentJson(deleted));
  },
});

const upsert = defineEndpoint({
  method: 'post',
  path: '/documents/{collection}/upsert',
  operationId: 'upsertDocument',
  tag,
  summary: 'Update or insert a document',
  description:
    'Updates one document that matches the filter; when there is none, inserts one made of the filter’s equalities and the update. Racing upserts on one id make one document.',
  role: 'writer',
  body: z
    .strictObject({ filter, update, array_filters: arrayFilters.optional() })
    .meta({ id: 'UpsertRequest' }),
  bodyExamples: {
    counter: { filter: { id: 'visits' }, update: { $inc: { n: 1 } } },
  },
  answer: {
    status: 200,
    description: 'Which document it is, and whether it was made.',
    data: z.object({ id: z.string(), operation: z.enum(['created', 'updated']) }),
    example: { id: 'visits', operation: 'created' },
  },
  errors: ['VALIDATION_ERROR', 'DUPLICATE_KEY', 'QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }) => {
    const { id, operation } = await upsertDocument(await exchange.context(), {
      collection: exchange.param('collection'),
      filter: body.filter,
      update: body.update,
      arrayFilters: body.array_filters,
    });
    return successOf({ id, operation });
  },
});

export const atomicEndpoints: readonly Endpoint[] = [updateOne, replaceOne, deleteOne, upsert];
