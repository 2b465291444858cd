import type { z } from 'zod';
import type { DatabaseType } from '../../../domain/database-type.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import type { EndpointDescription } from '../endpoint.ts';
import { entityTagsPattern } from '../entity-tags.ts';
import { collectionMeta, documentIdMeta } from '../schemas/document.ts';
import { toJsonSchema } from './to-json-schema.ts';

const pathParameters: Readonly<Record<string, JsonObject>> = {
  collection: collectionMeta,
  old_name: collectionMeta,
  id: {
    ...documentIdMeta,
    description: `${documentIdMeta.description} Percent-decoded once: \`a%2Fb\` is \`a/b\`. The words of routes (\`search\`, \`count\`, \`watch\`…) are not ids as they stand; with an escape they are: \`%73earch\` is the id \`search\`. \`.\` and \`..\` cannot stand in a URL; search for them with a filter on \`id\`.`,
  },
  index_name: { type: 'string', minLength: 1, description: 'An index’s name.', examples: ['email_1'] },
  db_type: { type: 'string', description: 'A configured database.' },
  file: {
    type: 'string',
    enum: ['swagger-ui.css', 'swagger-ui-bundle.js', 'explorer.js'],
    description: 'A file of the page.',
    examples: ['explorer.js'],
  },
};

const headerParameters: Readonly<Record<string, JsonObject>> = {
  'X-Request-Id': {
    type: 'string',
    description:
      'Comes back with the answer and stands in the log when it is sane: 1–128 of `A–Z a–z 0–9 . _ : ~ / + = -`.',
  },
  'X-Request-Timeout-Ms': {
    type: 'string',
    pattern: '^[1-9][0-9]{2,8}$',
    description:
      'How long the request may take, milliseconds; QUERY_TIMEOUT afterwards. Less than 100 is taken too, and seldom enough.',
    examples: ['5000'],
  },
  'X-Database-Type': {
    type: 'string',
    description: 'The database: one of those that are configured; the default one when absent.',
  },
  'Idempotency-Key': {
    type: 'string',
    pattern: '^[!-~]{1,255}$',
    description:
      'The same key and request within 24 hours get the first answer again, from every worker of an instance, until it restarts. Never carried out twice: a request whose answer was too large to keep, or was lost with its process, is INVALID_REQUEST when it is repeated (`reason` `ANSWER_NOT_KEPT`); with no room for another key, CONNECTION_ERROR before anything is done. Failures (5xx) are not kept.',
  },
  'If-Match': {
    type: 'string',
    pattern: '^(\\*|"[1-9][0-9]{0,14}"( *, *"[1-9][0-9]{0,14}")*)$',
    examples: ['"3"'],
    description: 'The `ETag` of the version to change, or several; another one is OPTIMISTIC_LOCK_ERROR.',
  },
  'If-None-Match': {
    type: 'string',
    pattern: entityTagsPattern,
    examples: ['"3"'],
    description: 'The `ETag` that the caller has; 304 when it is still the current one.',
  },
  'Last-Event-ID': { type: 'string', description: 'The id of the last event that arrived.' },
};

/**
 * Path, query and header parameters of an operation.
 * @param databases those that the service is configured with.
 */
export function parametersOf(
  endpoint: EndpointDescription,
  databases: readonly DatabaseType[],
): readonly JsonObject[] {
  const schemaOf = (known: Readonly<Record<string, JsonObject>>, name: string): JsonObject =>
    name === 'db_type' || name === 'X-Database-Type'
      ? { ...known[name], enum: databases, examples: databases.slice(0, 1) }
      : (known[name] ?? {});
  return [
    ...pathNames(endpoint.path).map((name) => parameter('path', name, schemaOf(pathParameters, name), true)),
    ...queryParameters(endpoint.query),
    ...headerNames(endpoint).map((name) =>
      parameter('header', name, schemaOf(headerParameters, name), false),
    ),
  ];
}

export function pathNames(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap((match) => match[1] ?? []);
}

function headerNames({
  method,
  requestHeaders = [],
  database,
  endless,
}: EndpointDescription): readonly string[] {
  return [
    'X-Request-Id',
    ...(endless === true || database === false ? [] : ['X-Request-Timeout-Ms']),
    ...(database === false ? [] : ['X-Database-Type']),
    ...(method === 'post' || method === 'put' ? ['Idempotency-Key'] : []),
    ...requestHeaders,
  ];
}

function queryParameters(query: z.ZodType | undefined): readonly JsonObject[] {
  if (query === undefined) return [];
  const { properties = {} } = toJsonSchema(query, 'input');
  return Object.entries(properties as Readonly<Record<string, JsonObject>>).map(([name, schema]) =>
    parameter('query', name, schema, false),
  );
}

function parameter(place: string, name: string, schema: JsonObject, required: boolean): JsonObject {
  const { description, examples, ...rest } = schema;
  const shown: Json | undefined = Array.isArray(examples) ? examples[0] : undefined;
  return {
    in: place,
    name,
    required,
    description: description ?? '',
    schema: rest,
    ...(shown === undefined ? {} : { example: shown }),
  };
}
