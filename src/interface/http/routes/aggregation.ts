import { z } from 'zod';
import { isJsonObject } from '../../../application/query-language/parse-scope.ts';
import {
  aggregateDocuments,
  explainAggregate,
} from '../../../application/use-cases/aggregation/aggregate-documents.ts';
import { distinctValues } from '../../../application/use-cases/aggregation/distinct-values.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { PipelineDocument } from '../../../domain/query/stage.ts';
import { toJson } from '../../../domain/value/to-json.ts';
import type { Json } from '../../../domain/value/value.ts';
import { success, successOf } from '../answer.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { authorize } from '../middleware/authenticate.ts';
import { ndjsonAnswer, wantsNdjson } from '../ndjson.ts';
import { jsonObject } from '../schemas/json.ts';
import { explainQuery, explanation, filter, pipeline } from '../schemas/query.ts';

const tag = 'Aggregation';
/** A larger answer does not fit into memory many times over; NDJSON has no such bound. */
const maxAnswerLength = 64 * 1024 * 1024;

const aggregate = defineEndpoint({
  method: 'post',
  path: '/documents/{collection}/aggregate',
  operationId: 'aggregate',
  tag,
  summary: 'Run an aggregation pipeline',
  description:
    'MongoDB’s aggregation, on every database. `Accept: application/x-ndjson` streams one result a line; a large result has to be streamed.',
  role: 'reader',
  query: explainQuery,
  body: z
    .strictObject({
      pipeline,
      allow_disk_use: z
        .boolean()
        .meta({ description: 'Accepted for compatibility; the service decides.' })
        .optional(),
      explain: z.boolean().optional(),
    })
    .meta({ id: 'AggregateRequest' }),
  bodyExamples: {
    byCity: {
      pipeline: [{ $match: { status: 'active' } }, { $group: { _id: '$city', n: { $sum: 1 } } }],
    },
  },
  answer: {
    status: 200,
    description: 'What leaves the last stage, or with `explain` the plan.',
    data: z.union([
      z.object({ results: z.array(jsonObject({ description: 'A document of the last stage.' })) }),
      explanation,
    ]),
    example: { results: [{ _id: 'London', n: 12 }] },
  },
  ndjson: true,
  errors: ['VALIDATION_ERROR', 'QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, query, body }) => {
    const input = { collection: exchange.param('collection'), pipeline: body.pipeline };
    if (mayWrite(body.pipeline)) authorize(exchange, 'writer');
    const context = await exchange.context();
    if (body.explain === true || query.explain === true)
      return successOf(await explainAggregate(context, input));
    const results = aggregateDocuments(context, input);
    if (wantsNdjson(exchange)) return ndjsonAnswer(exchange, results, resultJson);
    return success(`{"results":[${(await collect(results)).join(',')}]}`);
  },
});

/** Whether a stage puts its documents into a collection: a reader may not. */
function mayWrite(stages: readonly Json[]): boolean {
  return stages.some(
    (stage) => isJsonObject(stage) && (Object.hasOwn(stage, '$out') || Object.hasOwn(stage, '$merge')),
  );
}

function resultJson(result: PipelineDocument): string {
  return JSON.stringify(toJson(result));
}

async function collect(results: AsyncIterable<PipelineDocument>): Promise<readonly string[]> {
  const texts: string[] = [];
  let length = 0;
  for await (const result of results) {
    const text = resultJson(result);
    length += text.length;
    if (length > maxAnswerLength)
      throw new ServiceError(
        'QUERY_TOO_EXPENSIVE',
        'the result is too large for one answer; stream it with Accept: application/x-ndjson',
      );
    texts.push(text);
  }
  return texts;
}

const distinct = defineEndpoint({
  method: 'post',
  path: '/documents/{collection}/distinct',
  operationId: 'distinctValues',
  tag,
  summary: 'List the different values of a field',
  description: 'Each value once; arrays count by their elements.',
  role: 'reader',
  body: z
    .strictObject({
      field: z.string().meta({ description: 'A path such as `address.city`.', examples: ['address.city'] }),
      filter: filter.optional(),
    })
    .meta({ id: 'DistinctRequest' }),
  bodyExamples: { cities: { field: 'city', filter: { status: 'active' } } },
  answer: {
    status: 200,
    description: 'The values.',
    data: z.object({ field: z.string(), values: z.array(z.unknown()) }),
    example: { field: 'city', values: ['London', 'Paris'] },
  },
  errors: ['VALIDATION_ERROR', 'QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }) => {
    const { field } = body;
    const input = { collection: exchange.param('collection'), field, filter: body.filter };
    return successOf({ field, values: await distinctValues(await exchange.context(), input) });
  },
});

export const aggregationEndpoints: readonly Endpoint[] = [aggregate, distinct];
