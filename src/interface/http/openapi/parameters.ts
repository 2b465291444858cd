import type { z } from 'zod';
import { type DatabaseType, databaseTypes } from '../../../domain/database-type.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import type { EndpointDescription } from '../endpoint.ts';
import { collectionMeta, documentIdMeta } from '../schemas/document.ts';
import { toJsonSchema } from './to-json-schema.ts';

const publicDatabases = databaseTypes.filter((type) => type !== 'memory');

const pathParameters: Readonly<Record<string, JsonObject>> = {
  collection: collectionMeta,
  old_name: collectionMeta,
  id: {
    ...documentIdMeta,
    description: `${documentIdMeta.description} Percent-decoded once: \`a%2Fb\` is \`a/b\`.`,
  },
  index_name: { type: 'string', minLength: 1, description: 'An index’s name.', examples: ['email_1'] },
  db_type: {
    type: 'string',
    enum: publicDatabases,
    description: 'A database.',
    examples: ['sqlite' satisfies DatabaseType],
  },
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
    pattern: '^[A-Za-z0-9._:~/+=\\-]{1,128}$',
    description: 'Comes back with the answer and stands in the log.',
  },
  'X-Request-Timeout-Ms': {
    type: 'integer',
    minimum: 1,
    maximum: 999_999_999,
    description: 'How long the request may take; QUERY_TIMEOUT afterwards.',
  },
  'X-Database-Type': {
    type: 'string',
    enum: publicDatabases,
    description: 'The database; the configured default when absent.',
  },
  'Idempotency-Key': {
    type: 'string',
    pattern: '^[!-~]{1,255}$',
    description: 'The same key and request within 24 hours get the first answer again.',
  },
  'If-Match': {
    type: 'string',
    pattern: '^"[1-9][0-9]{0,14}"$',
    description: 'The `ETag` of the version to change; another one is OPTIMISTIC_LOCK_ERROR.',
  },
  'If-None-Match': {
    type: 'string',
    pattern: '^"[1-9][0-9]{0,14}"$',
    description: 'The `ETag` that the caller has; 304 when it is still the current one.',
  },
  'Last-Event-ID': { type: 'string', description: 'The id of the last event that arrived.' },
};

/** Path, query and header parameters of an operation. */
export function parametersOf(endpoint: EndpointDescription): readonly JsonObject[] {
  return [
    ...pathNames(endpoint.path).map((name) => parameter('path', name, pathParameters[name] ?? {}, true)),
    ...queryParameters(endpoint.query),
    ...headerNames(endpoint).map((name) => parameter('header', name, headerParameters[name] ?? {}, false)),
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
