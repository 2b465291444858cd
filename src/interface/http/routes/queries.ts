import { z } from 'zod';
import {
  type CountInput,
  countDocuments,
  estimateCount,
  explainCount,
} from '../../../application/use-cases/documents/count-documents.ts';
import { maxUrlCursorLength } from '../../../application/use-cases/documents/cursor.ts';
import {
  explainFind,
  findPage,
  type Page,
  type PageInput,
  streamDocuments,
} from '../../../application/use-cases/documents/find-documents.ts';
import type { ProjectedDocument } from '../../../application/use-cases/documents/project-document.ts';
import { watchCollection } from '../../../application/use-cases/documents/watch-collection.ts';
import { unsupportedOperation } from '../../../domain/errors.ts';
import { type Answer, success, successOf } from '../answer.ts';
import { projectedDocumentJson } from '../document-json.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { eventStreamAnswer } from '../event-stream.ts';
import type { Exchange } from '../exchange.ts';
import { ndjsonAnswer, wantsNdjson } from '../ndjson.ts';
import { parseQueryForm, parseQueryJson } from '../query-json.ts';
import { document, exampleDocument } from '../schemas/document.ts';
import { collation, explainQuery, explanation, filter, listQuery, searchBody } from '../schemas/query.ts';

const tag = 'Queries';

const page = z
  .object({
    documents: z.array(document),
    pagination: z.object({
      total: z.int().min(0).meta({ description: 'Exact; absent with `count=false`.' }).optional(),
      limit: z.int().min(1),
      offset: z.int().min(0),
      has_more: z.boolean(),
      next_cursor: z.string().meta({ description: 'With `cursor`, while there is more.' }).optional(),
    }),
  })
  .meta({ id: 'DocumentPage', description: 'One page of documents.' });

const pageOrPlan = z.union([page, explanation]);
const examplePage = {
  documents: [exampleDocument],
  pagination: { total: 1, limit: 10, offset: 0, has_more: false },
};
const pageAnswer = {
  status: 200,
  description: 'One page of the documents that match, or with `explain` the plan.',
  data: pageOrPlan,
  example: examplePage,
} as const;

const list = defineEndpoint({
  method: 'get',
  path: '/documents/{collection}',
  operationId: 'listDocuments',
  tag,
  summary: 'List documents',
  description:
    'The documents that match a filter, sorted, by offset or by cursor. `Accept: application/x-ndjson` streams one document a line.',
  role: 'reader',
  query: listQuery,
  answer: pageAnswer,
  ndjson: true,
  errors: ['VALIDATION_ERROR', 'QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: ({ exchange, query }) => {
    const { filter: text, sort, projection, explain, count = true, ...rest } = query;
    const input: PageInput = {
      ...rest,
      collection: exchange.param('collection'),
      filter: text === undefined ? undefined : parseQueryJson(text, 'filter'),
      sort: sort === undefined ? undefined : parseQueryForm(sort, 'sort'),
      projection: projection === undefined ? undefined : parseQueryForm(projection, 'projection'),
      count,
      maxCursorLength: maxUrlCursorLength,
    };
    return answerFind(exchange, input, explain === true);
  },
});

const search = defineEndpoint({
  method: 'post',
  path: '/documents/{collection}/search',
  operationId: 'searchDocuments',
  tag,
  summary: 'Search documents',
  description: 'As listing, with the query in the body.',
  role: 'reader',
  query: explainQuery,
  body: searchBody,
  bodyExamples: {
    adults: { filter: { age: { $gte: 18 } }, sort: { name: 1 }, limit: 20 },
    cursor: { filter: {}, sort: { created_at: -1 }, limit: 100, cursor: '' },
  },
  answer: pageAnswer,
  ndjson: true,
  errors: ['VALIDATION_ERROR', 'QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: ({ exchange, query, body }) => {
    const { explain, count = true, ...rest } = body;
    const input: PageInput = { ...rest, collection: exchange.param('collection'), count };
    return answerFind(exchange, input, explain === true || query.explain === true);
  },
});

async function answerFind(exchange: Exchange, input: PageInput, explain: boolean): Promise<Answer> {
  const context = await exchange.context();
  const { cursorKey } = exchange.service;
  if (explain) return successOf(await explainFind(context, input, cursorKey));
  if (wantsNdjson(exchange))
    return ndjsonAnswer(exchange, streamDocuments(context, input, cursorKey), renderDocument);
  return success(pageJson(await findPage(context, input, cursorKey)));
}

function pageJson({ documents, pagination }: Page): string {
  const rows = documents.map(renderDocument).join(',');
  return `{"documents":[${rows}],"pagination":${JSON.stringify(pagination)}}`;
}

function renderDocument({ document: shown, omitted }: ProjectedDocument): string {
  return projectedDocumentJson(shown, omitted);
}

const count = defineEndpoint({
  method: 'post',
  path: '/documents/{collection}/count',
  operationId: 'countDocuments',
  tag,
  summary: 'Count documents',
  description: 'How many documents match a filter, exactly.',
  role: 'reader',
  query: explainQuery,
  body: z
    .strictObject({
      filter: filter.optional(),
      collation: collation.optional(),
      explain: z.boolean().optional(),
    })
    .meta({ id: 'CountRequest' }),
  bodyExamples: { adults: { filter: { age: { $gte: 18 } } } },
  answer: {
    status: 200,
    description: 'The number, or with `explain` the plan.',
    data: z.union([z.object({ count: z.int().min(0), collection: z.string() }), explanation]),
    example: { count: 42, collection: 'users' },
  },
  errors: ['VALIDATION_ERROR', 'QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, query, body }) => {
    const collection = exchange.param('collection');
    const input: CountInput = { collection, filter: body.filter, collation: body.collation };
    const context = await exchange.context();
    if (body.explain === true || query.explain === true) return successOf(await explainCount(context, input));
    return successOf({ count: await countDocuments(context, input), collection });
  },
});

const estimate = defineEndpoint({
  method: 'get',
  path: '/documents/{collection}/count/estimate',
  operationId: 'estimateCount',
  tag,
  summary: 'Estimate the number of documents',
  description: 'How many documents the collection has, from the database’s statistics: costs no scan.',
  role: 'reader',
  answer: {
    status: 200,
    description: 'The estimate.',
    data: z.object({ estimated_count: z.int().min(0), collection: z.string() }),
    example: { estimated_count: 12_000, collection: 'users' },
  },
  errors: ['VALIDATION_ERROR'],
  handle: async ({ exchange }) => {
    const collection = exchange.param('collection');
    const estimated = await estimateCount(await exchange.context(), collection);
    return successOf({ estimated_count: estimated, collection });
  },
});

const watch = defineEndpoint({
  method: 'get',
  path: '/documents/{collection}/watch',
  operationId: 'watchCollection',
  tag,
  summary: 'Watch changes',
  description:
    'Server-sent events: `created`, `updated` and `deleted`, each with the document’s state in `data`. A client that lost the connection sends the last event’s id as `Last-Event-ID` and misses nothing; where the log of changes no longer goes back that far, it is told so by INVALID_REQUEST and reads the collection anew.',
  role: 'reader',
  requestHeaders: ['Last-Event-ID'],
  answer: {
    status: 200,
    description: 'A stream without an end; a comment every 15 seconds keeps it open.',
    contentType: 'text/event-stream',
  },
  endless: true,
  errors: ['VALIDATION_ERROR', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange }) => {
    if (!exchange.request.canStream)
      throw unsupportedOperation(
        exchange.database,
        'changeFeed',
        'this host cannot send a stream without an end',
      );
    const given = exchange.request.header('last-event-id');
    const after = given === '' ? undefined : given;
    const changes = watchCollection(await exchange.context(), exchange.param('collection'), after);
    return eventStreamAnswer(exchange, changes, after !== undefined);
  },
});

export const queryEndpoints: readonly Endpoint[] = [list, search, count, estimate, watch];
