import { listDatabases } from '../../../application/use-cases/health/list-databases.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { Answer } from '../answer.ts';
import type { HttpDependencies } from '../dependencies.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { explorerAsset, explorerPage, explorerPolicy } from '../explorer.ts';
import { openApiDocument } from '../openapi/open-api-document.ts';
import { apiEndpoints } from './api-endpoints.ts';

const tag = 'Description';

const openApi = defineEndpoint({
  method: 'get',
  path: '/openapi.json',
  root: 'both',
  operationId: 'openApi',
  tag,
  summary: 'Read the OpenAPI description',
  description: 'OpenAPI 3.1, made of the very schemas that check requests.',
  role: 'public',
  database: false,
  answer: { status: 200, description: 'The description.', contentType: 'application/json' },
  errors: [],
  handle: async ({ exchange }): Promise<Answer> => ({
    status: 200,
    headers: { 'Cache-Control': 'public, max-age=300' },
    body: await openApiJson(exchange.service),
  }),
});

const docs = defineEndpoint({
  method: 'get',
  path: '/docs',
  root: 'both',
  operationId: 'docs',
  tag,
  summary: 'Explore the API',
  description: 'A page to read and try the API in a browser.',
  role: 'public',
  database: false,
  answer: { status: 200, description: 'The page.', contentType: 'text/html' },
  errors: [],
  handle: (): Answer => ({
    status: 200,
    contentType: 'text/html; charset=utf-8',
    headers: { 'Content-Security-Policy': explorerPolicy, 'Cache-Control': 'no-cache' },
    body: explorerPage,
  }),
});

const asset = defineEndpoint({
  method: 'get',
  path: '/docs/{file}',
  root: 'both',
  operationId: 'docsAsset',
  tag,
  summary: 'Read a file of the explorer page',
  description: 'Scripts and styles of `/docs`, served from here and not from a CDN.',
  role: 'public',
  database: false,
  answer: { status: 200, description: 'The file.', contentType: 'text/javascript' },
  otherContentTypes: ['text/css'],
  errors: ['ROUTE_NOT_FOUND'],
  handle: async ({ exchange }): Promise<Answer> => {
    const file = await explorerAsset(exchange.param('file'));
    if (file === undefined) throw new ServiceError('ROUTE_NOT_FOUND', 'there is no such file');
    return {
      status: 200,
      contentType: file.contentType,
      headers: { 'Cache-Control': 'public, max-age=86400' },
      body: file.body,
    };
  },
});

const rendered = new WeakMap<HttpDependencies, string>();

/** The document's text, made once all databases have told what they can do. */
async function openApiJson(service: HttpDependencies): Promise<string> {
  const known = rendered.get(service);
  if (known !== undefined) return known;
  const databases = await listDatabases(service.databases);
  const document = openApiDocument({
    endpoints: [...apiEndpoints, ...descriptionEndpoints],
    version: service.status.version,
    databases: service.databases.configured,
    capped: databases.some(({ capabilities }) => capabilities?.collections.capped !== 'unsupported'),
  });
  const json = JSON.stringify(document);
  if (databases.every(({ capabilities }) => capabilities !== undefined)) rendered.set(service, json);
  return json;
}

export const descriptionEndpoints: readonly Endpoint[] = [openApi, docs, asset];
