import { type DatabaseType, databaseTable, offeredDatabases } from '../../../domain/database-type.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import type { EndpointDescription } from '../endpoint.ts';
import { components } from './components.ts';
import { describeOperation } from './describe-operation.ts';

const titles = offeredDatabases.map((type) => databaseTable[type].title);
const list = new Intl.ListFormat('en-GB', { type: 'conjunction' });
const description = `One document API over ${list.format(titles)}: MongoDB’s query language, the same answers on every database.

Every answer is JSON in UTF-8: \`{"success": true, "data": …}\`, or \`{"success": false, "error": …}\` with a code of a closed list. \`X-Database-Type\` chooses the database, \`X-Request-Timeout-Ms\` how long a request may take.`;

const tags: Readonly<Record<string, string>> = {
  Documents: 'Create, read, change and delete single documents.',
  Queries: 'Find, count and watch documents.',
  'Atomic operations': 'Change one document and read it in one step.',
  Aggregation: 'Pipelines and distinct values.',
  Bulk: 'Many writes in one request.',
  Indexes: 'Create, list and drop indexes.',
  Collections: 'Create, list, rename and drop collections.',
  Transactions: 'Writes all or nothing.',
  'Raw queries': 'The database’s own language, where the configuration allows it.',
  Health: 'Probes and metrics.',
  Statistics: 'Sizes, counts and capabilities.',
  Description: 'This description and a page to explore it.',
};

export interface Described {
  readonly endpoints: readonly EndpointDescription[];
  readonly version: string;
  /** Those that the service is configured with: the values of `X-Database-Type`. */
  readonly databases: readonly DatabaseType[];
  /** Whether one of them has capped collections; otherwise nothing is said of them. */
  readonly capped: boolean;
}

/** The OpenAPI 3.1 document of the endpoints, made of the schemas that check their requests. */
export function openApiDocument({ endpoints, version, databases, capped }: Described): JsonObject {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Database Service',
      version,
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This service' }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    paths: pathsOf(endpoints, databases),
    components: components(endpoints, capped),
  };
}

function pathsOf(endpoints: readonly EndpointDescription[], databases: readonly DatabaseType[]): JsonObject {
  const paths = new Map<string, Record<string, JsonObject>>();
  for (const endpoint of endpoints) {
    const path = endpoint.root === undefined ? `/api/v1${endpoint.path}` : endpoint.path;
    const operations = paths.get(path) ?? {};
    operations[endpoint.method] = describeOperation(endpoint, databases);
    paths.set(path, operations);
  }
  return Object.fromEntries(paths);
}
