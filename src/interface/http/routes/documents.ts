import { z } from 'zod';
import { documentAfter } from '../../../application/use-cases/documents/changed-document.ts';
import { createDocument } from '../../../application/use-cases/documents/create-document.ts';
import { deleteDocument } from '../../../application/use-cases/documents/delete-document.ts';
import { getProjectedDocument } from '../../../application/use-cases/documents/get-document.ts';
import { mergeDocument } from '../../../application/use-cases/documents/merge-document.ts';
import { replaceDocument } from '../../../application/use-cases/documents/replace-document.ts';
import type { Document } from '../../../domain/document/document.ts';
import { type Answer, success, successMessage } from '../answer.ts';
import { documentJson, entityTag, projectedDocumentJson } from '../document-json.ts';
import { documentLocation } from '../document-location.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { isNotModified, underDemandedVersion, underExpectedVersion } from '../entity-tags.ts';
import { parseQueryForm } from '../query-json.ts';
import {
  collection,
  data,
  document,
  documentId,
  exampleDocument,
  metadata,
  version,
} from '../schemas/document.ts';
import { queryInteger, queryText } from '../schemas/json.ts';

const tag = 'Documents';
const oneDocument = '/documents/{collection}/{id}';
const versionDescription = 'Refused with OPTIMISTIC_LOCK_ERROR when the document has another version.';

/** What takes the collection and id of a document. */
const operationsOnOne = [
  'getDocument',
  'mergeDocument',
  'replaceDocument',
  'deleteDocument',
  'findAndUpdate',
  'findAndReplace',
  'findAndDelete',
];

/** One document as an answer with its entity tag. */
export function documentAnswer(changed: Document, status = 200): Answer {
  return success(documentJson(changed), status, { ETag: entityTag(changed) });
}

const create = defineEndpoint({
  method: 'post',
  path: '/documents',
  operationId: 'createDocument',
  tag,
  summary: 'Create a document',
  description:
    'Stores one document under the given id, or under one that the service makes. Creates the collection.',
  role: 'writer',
  body: z
    .strictObject({ collection, data, id: documentId.optional(), metadata })
    .meta({ id: 'CreateDocumentRequest' }),
  bodyExamples: { user: { collection: 'users', data: exampleDocument.data } },
  answer: {
    status: 201,
    description: 'The document as it is stored.',
    data: document,
    example: exampleDocument,
    headers: ['Location', 'ETag'],
    links: Object.fromEntries(operationsOnOne.map((id) => [id, { collection: 'collection', id: 'id' }])),
  },
  errors: ['VALIDATION_ERROR', 'DUPLICATE_KEY'],
  handle: async ({ exchange, body }) => {
    const created = await createDocument(await exchange.context(), body);
    const headers = { Location: documentLocation(created), ETag: entityTag(created) };
    return success(documentJson(created), 201, headers);
  },
});

const read = defineEndpoint({
  method: 'get',
  path: oneDocument,
  operationId: 'getDocument',
  tag,
  summary: 'Read a document',
  description: 'Reads one document by its id. With `If-None-Match`, 304 when it has not changed.',
  role: 'reader',
  query: z.strictObject({
    projection: queryText({
      description: 'Fields to keep (`name,email`) or to leave out (`-secret`).',
      examples: ['name,email'],
    }).optional(),
  }),
  requestHeaders: ['If-None-Match'],
  answer: {
    status: 200,
    description: 'The document.',
    data: document,
    example: exampleDocument,
    headers: ['ETag'],
  },
  otherAnswers: { 304: 'The document still has the version of `If-None-Match`.' },
  errors: ['VALIDATION_ERROR', 'DOCUMENT_NOT_FOUND'],
  handle: async ({ exchange, query }) => {
    const reference = { collection: exchange.param('collection'), id: exchange.param('id') };
    const projection =
      query.projection === undefined ? undefined : parseQueryForm(query.projection, 'projection');
    const found = await getProjectedDocument(await exchange.context(), reference, projection);
    const etag = entityTag(found.document);
    if (isNotModified(exchange.request, etag)) return { status: 304, body: null, headers: { ETag: etag } };
    return success(projectedDocumentJson(found.document, found.omitted), 200, { ETag: etag });
  },
});

const merge = defineEndpoint({
  method: 'put',
  path: oneDocument,
  operationId: 'mergeDocument',
  tag,
  summary: 'Merge fields into a document',
  description:
    'Sets the given top-level fields of `data`; the others stay. Needs the version that was read, as `version` or `If-Match`.',
  role: 'writer',
  body: z.strictObject({ data, version: version.optional(), metadata }).meta({ id: 'MergeDocumentRequest' }),
  bodyExamples: { age: { data: { age: 37 }, version: 1 } },
  requestHeaders: ['If-Match'],
  answer: {
    status: 200,
    description: 'The document after the change.',
    data: document,
    example: { ...exampleDocument, data: { ...exampleDocument.data, age: 37 }, version: 2 },
    headers: ['ETag'],
  },
  errors: ['VALIDATION_ERROR', 'DOCUMENT_NOT_FOUND', 'OPTIMISTIC_LOCK_ERROR', 'DUPLICATE_KEY'],
  handle: async ({ exchange, body }) => {
    const reference = { collection: exchange.param('collection'), id: exchange.param('id') };
    const context = await exchange.context();
    const merged = await underDemandedVersion(exchange.request, body.version, (version) =>
      mergeDocument(context, { ...reference, ...body, version }),
    );
    return documentAnswer(merged);
  },
});

const replace = defineEndpoint({
  method: 'put',
  path: `${oneDocument}/replace`,
  operationId: 'replaceDocument',
  tag,
  summary: 'Replace a document',
  description: `Replaces the whole of \`data\`, and \`metadata\` when it is given. ${versionDescription}`,
  role: 'writer',
  body: z
    .strictObject({ data, metadata, version: version.optional() })
    .meta({ id: 'ReplaceDocumentRequest' }),
  bodyExamples: { user: { data: { name: 'Ada King', age: 37 }, version: 1 } },
  requestHeaders: ['If-Match'],
  answer: {
    status: 200,
    description: 'The document after the change.',
    data: document,
    example: { ...exampleDocument, data: { name: 'Ada King', age: 37 }, version: 2 },
    headers: ['ETag'],
  },
  errors: ['VALIDATION_ERROR', 'DOCUMENT_NOT_FOUND', 'OPTIMISTIC_LOCK_ERROR', 'DUPLICATE_KEY'],
  handle: async ({ exchange, body }) => {
    const reference = { collection: exchange.param('collection'), id: exchange.param('id') };
    const context = await exchange.context();
    const changed = await underExpectedVersion(exchange.request, body.version, (version) =>
      replaceDocument(context, { ...reference, ...body, version }),
    );
    return documentAnswer(documentAfter(changed));
  },
});

const remove = defineEndpoint({
  method: 'delete',
  path: oneDocument,
  operationId: 'deleteDocument',
  tag,
  summary: 'Delete a document',
  description: `Deletes one document. ${versionDescription}`,
  role: 'writer',
  query: z.strictObject({
    version: queryInteger(1, Number.MAX_SAFE_INTEGER, {
      description: 'Only delete this version.',
    }).optional(),
  }),
  requestHeaders: ['If-Match'],
  answer: { status: 200, description: 'The document is gone.', message: 'document deleted' },
  errors: ['VALIDATION_ERROR', 'DOCUMENT_NOT_FOUND', 'OPTIMISTIC_LOCK_ERROR'],
  handle: async ({ exchange, query }) => {
    const reference = { collection: exchange.param('collection'), id: exchange.param('id') };
    const context = await exchange.context();
    await underExpectedVersion(exchange.request, query.version, (version) =>
      deleteDocument(context, reference, version),
    );
    return successMessage('document deleted');
  },
});

export const documentEndpoints: readonly Endpoint[] = [create, read, merge, replace, remove];
