import { z } from 'zod';
import {
  type RawQueryInput,
  runRawQuery,
  shapeRawResult,
  type TimedRawResult,
} from '../../../application/use-cases/raw/run-raw-query.ts';
import type { UseCaseContext } from '../../../application/use-cases/use-case-context.ts';
import { rawLanguages } from '../../../domain/database-type.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { type Answer, successOf } from '../answer.ts';
import { defineEndpoint, type Endpoint, type EndpointInput } from '../endpoint.ts';
import type { Exchange } from '../exchange.ts';
import { jsonArray, jsonObject } from '../schemas/json.ts';

const tag = 'Raw queries';

const query = z
  .custom<string | JsonObject>(
    (value) =>
      (typeof value === 'string' && value !== '') ||
      (typeof value === 'object' && value !== null && !Array.isArray(value)),
    { error: 'a text or an object' },
  )
  .meta({
    anyOf: [
      { type: 'string', minLength: 1 },
      { type: 'object', additionalProperties: true },
    ],
    description: `In the language of the database: ${Object.values(rawLanguages).join(', ')}.`,
    examples: ['SELECT 1 AS one'],
  });
const params = jsonArray({ description: 'Bound to the placeholders of the text, never pasted into it.' });

const plainBody = z.strictObject({ query, params: params.optional() }).meta({ id: 'RawQueryRequest' });
type PlainBody = z.output<typeof plainBody>;

const description =
  'Runs a query in the database’s own language: off unless the configuration allows it, read-only unless it allows writes (the database sees to that), with a limit on time and rows.';

const plain = {
  method: 'post',
  tag,
  description,
  role: 'admin',
  body: plainBody,
  bodyExamples: { sql: { query: 'SELECT ? AS answer', params: [42] } },
  answer: {
    status: 200,
    description: 'The rows.',
    data: z.object({
      results: z.array(jsonObject({ description: 'A row.' })),
      execution_time_ms: z.number().min(0),
    }),
    example: { results: [{ answer: 42 }], execution_time_ms: 1 },
  },
  errors: ['QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }: EndpointInput<PlainBody, undefined>): Promise<Answer> => {
    const { rows, executionTimeMs } = await runQuery(exchange, body);
    return successOf({ results: rows, execution_time_ms: executionTimeMs });
  },
} as const;

const raw = defineEndpoint({
  ...plain,
  path: '/query/raw',
  operationId: 'rawQuery',
  summary: 'Run a native query',
});

const alias = defineEndpoint({
  ...plain,
  path: '/documents/raw-query',
  operationId: 'rawQueryOfDocuments',
  summary: 'Run a native query (another name of /query/raw)',
});

const typed = defineEndpoint({
  method: 'post',
  path: '/query/raw/typed',
  operationId: 'typedRawQuery',
  tag,
  summary: 'Run a native query and choose the shape of the result',
  description: `${description} \`array\` answers the rows, \`object\` the single row (null: none), \`map\` the rows by the value of the first column.`,
  role: 'admin',
  body: z
    .strictObject({ query, params: params.optional(), result_type: z.enum(['array', 'object', 'map']) })
    .meta({ id: 'TypedRawQueryRequest' }),
  bodyExamples: { map: { query: 'SELECT 1 AS k, 2 AS v', result_type: 'map' } },
  answer: {
    status: 200,
    description: 'The rows in the asked shape.',
    data: z.unknown(),
    example: { '1': { k: 1, v: 2 } },
  },
  errors: ['QUERY_TOO_EXPENSIVE', 'UNSUPPORTED_OPERATION'],
  handle: async ({ exchange, body }) => {
    const shaped: Json = shapeRawResult(await runQuery(exchange, body), body.result_type);
    return successOf(shaped);
  },
});

async function runQuery(exchange: Exchange, input: RawQueryInput): Promise<TimedRawResult> {
  const { rawQueries, limits, clock } = exchange.service;
  const context = await exchange.context();
  const call = exchange.call.within(limits.rawQueryTimeoutMs, clock.now());
  const bounded: UseCaseContext = { ...context, call };
  try {
    return await runRawQuery(bounded, input, { ...rawQueries, maxRows: limits.rawQueryMaxRows });
  } finally {
    call.end();
  }
}

export const rawEndpoints: readonly Endpoint[] = [raw, alias, typed];
