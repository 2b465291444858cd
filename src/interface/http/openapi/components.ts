import type { JsonObject } from '../../../domain/value/value.ts';
import type { EndpointDescription } from '../endpoint.ts';
import { errorEnvelope } from '../schemas/error.ts';
import { errorExamples } from './error-examples.ts';
import { errorGroupsOf, sharedResponses } from './error-responses.ts';
import { namedSchemas, toJsonSchema } from './to-json-schema.ts';

/** `components` of the OpenAPI document: what operations refer to by name. */
export function components(endpoints: readonly EndpointDescription[], capped: boolean): JsonObject {
  return {
    schemas: schemasFor(capped),
    examples: usedExamples(endpoints),
    headers,
    responses: sharedResponses(endpoints),
    securitySchemes: {
      apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A JSON Web Token.' },
    },
  };
}

function usedExamples(endpoints: readonly EndpointDescription[]): JsonObject {
  const used = new Set<string>(endpoints.flatMap(errorGroupsOf).flatMap(({ codes }) => codes));
  return Object.fromEntries(Object.entries(errorExamples()).filter(([code]) => used.has(code)));
}

function schemasFor(capped: boolean): JsonObject {
  const schemas = { ...namedSchemas(), Error: toJsonSchema(errorEnvelope, 'output') };
  return capped ? schemas : withoutOptions(schemas, 'CreateCollectionRequest');
}

/** Capped collections are all that the options of a collection are about. */
function withoutOptions(schemas: JsonObject, name: string): JsonObject {
  const { properties, ...schema } = schemas[name] as { readonly properties: JsonObject };
  const { options: _, ...others } = properties;
  return { ...schemas, [name]: { ...schema, properties: others } };
}

const text = (description: string, example: string): JsonObject => ({
  description,
  schema: { type: 'string' },
  example,
});
const integer = (description: string, example: number): JsonObject => ({
  description,
  schema: { type: 'integer', minimum: 0 },
  example,
});

/** The headers of answers. */
const headers: JsonObject = {
  'X-Request-Id': text(
    'The caller’s `X-Request-Id` when it is sane, else one of the service.',
    'b3c1f6a2-5f0e-4a8e-9a55-0d7d6a3c9e10',
  ),
  'X-RateLimit-Limit': integer('Requests per window. Only where requests are limited.', 1000),
  'X-RateLimit-Remaining': integer('Requests left in the window.', 999),
  'X-RateLimit-Reset': integer('Seconds until the window is full again.', 1),
  'RateLimit-Policy': text('The policy as the IETF’s draft writes it.', '"default";q=1000;w=60'),
  RateLimit: text('What is left, as the IETF’s draft writes it.', '"default";r=999;t=1'),
  'Retry-After': integer('Seconds to wait.', 1),
  'WWW-Authenticate': text('How to authenticate.', 'Bearer realm="database-service"'),
  ETag: text('The version of the document.', '"1"'),
  Location: text('Where the document is.', '/api/v1/documents/users/665f1c2ab7e4d8a1c0ffee01'),
};
