import type { z } from 'zod';
import type { DatabaseType } from '../../../domain/database-type.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import type { EndpointDescription } from '../endpoint.ts';
import { ndjson } from '../ndjson.ts';
import { errorGroupsOf, headerReferences, rateHeaders } from './error-responses.ts';
import { parametersOf } from './parameters.ts';
import { toJsonSchema } from './to-json-schema.ts';

/** One operation of the OpenAPI document. */
export function describeOperation(
  endpoint: EndpointDescription,
  databases: readonly DatabaseType[],
): JsonObject {
  const { operationId, tag, summary, description, role } = endpoint;
  return {
    operationId,
    tags: [tag],
    summary,
    description: role === 'public' ? description : `${description}\n\nNeeds the role \`${role}\`.`,
    parameters: parametersOf(endpoint, databases),
    ...(endpoint.body === undefined ? {} : { requestBody: requestBody(endpoint, endpoint.body) }),
    responses: responses(endpoint),
    security: role === 'public' ? [] : [{}, { apiKey: [] }, { bearer: [] }],
  };
}

function requestBody(endpoint: EndpointDescription, body: z.ZodType): JsonObject {
  const examples = Object.entries(endpoint.bodyExamples ?? {});
  return {
    required: true,
    content: {
      'application/json': {
        schema: toJsonSchema(body, 'input'),
        examples: Object.fromEntries(examples.map(([name, value]) => [name, { value }])),
      },
    },
  };
}

function responses(endpoint: EndpointDescription): JsonObject {
  const { answer, otherAnswers = {} } = endpoint;
  const others = Object.entries(otherAnswers).map(([status, description]) => [
    status,
    { description, headers: headerReferences(['X-Request-Id', ...(answer.headers ?? [])]) },
  ]);
  return {
    [answer.status]: {
      description: answer.description,
      headers: headerReferences(successHeaders(endpoint)),
      content: successContent(endpoint),
      ...(answer.links === undefined ? {} : { links: linksOf(answer.links) }),
    },
    ...Object.fromEntries(others),
    ...errorResponses(endpoint),
  };
}

/** Where the values of an answer lead: https://spec.openapis.org/oas/v3.1.1.html#link-object */
function linksOf(links: NonNullable<EndpointDescription['answer']['links']>): JsonObject {
  return Object.fromEntries(
    Object.entries(links).map(([operationId, parameters]) => [
      operationId,
      {
        operationId,
        parameters: Object.fromEntries(
          Object.entries(parameters).map(([name, field]) => [name, `$response.body#/data/${field}`]),
        ),
      },
    ]),
  );
}

function successHeaders({ answer, limited }: EndpointDescription): readonly string[] {
  return ['X-Request-Id', ...(limited === false ? [] : rateHeaders), ...(answer.headers ?? [])];
}

function successContent(endpoint: EndpointDescription): JsonObject {
  const { answer, otherContentTypes = [] } = endpoint;
  if (answer.contentType !== undefined) {
    const schema: JsonObject =
      answer.contentType === 'application/json' ? { type: 'object' } : { type: 'string' };
    return Object.fromEntries([answer.contentType, ...otherContentTypes].map((type) => [type, { schema }]));
  }
  const json = { schema: envelope(endpoint), example: exampleAnswer(endpoint) };
  if (endpoint.ndjson !== true) return { 'application/json': json };
  const lines = { schema: { type: 'string', description: 'One JSON value a line.' } };
  return { 'application/json': json, [ndjson]: lines };
}

function envelope({ answer }: EndpointDescription): JsonObject {
  const data = answer.data === undefined ? { type: 'null' } : toJsonSchema(answer.data, 'output');
  const message: JsonObject = answer.message === undefined ? {} : { message: { type: 'string' } };
  return {
    type: 'object',
    required: ['success', 'data'],
    properties: { success: { const: true }, data, ...message },
  };
}

function exampleAnswer({ answer }: EndpointDescription): JsonObject {
  const message: JsonObject = answer.message === undefined ? {} : { message: answer.message };
  return { success: true, data: answer.example ?? null, ...message };
}

function errorResponses(endpoint: EndpointDescription): JsonObject {
  return Object.fromEntries(
    errorGroupsOf(endpoint).map(({ status, name }) => [
      String(status),
      { $ref: `#/components/responses/${name}` },
    ]),
  );
}
