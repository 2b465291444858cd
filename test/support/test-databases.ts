import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DocumentRepository } from '../../src/application/ports/document-repository.ts';
import type { DatabaseType } from '../../src/domain/database-type.ts';
import { newDocumentId } from '../../src/domain/document/document-id.ts';
import { configSchema } from '../../src/infrastructure/config/config-schema.ts';
import { openRepository } from '../../src/infrastructure/databases/registry.ts';
import { withBatching } from '../../src/infrastructure/decorators/with-batching.ts';

/** A database that tests can run on: where it is, as its section of the configuration. */
interface TestDatabase {
  readonly type: DatabaseType;
  readonly settings: Readonly<Record<string, unknown>>;
}

const env = process.env;

/** Those that this process can reach: the embedded ones, and each whose address is in the environment. */
export const testDatabases: readonly TestDatabase[] = [
  { type: 'memory', settings: {} },
  { type: 'sqlite', settings: { path: join(mkdtempSync(join(tmpdir(), 'documents-')), 'test.db') } },
  ...(env.MONGODB_URI ? [{ type: 'mongodb' as const, settings: { uri: env.MONGODB_URI } }] : []),
  ...(env.POSTGRESQL_URI ? [{ type: 'postgresql' as const, settings: { uri: env.POSTGRESQL_URI } }] : []),
  ...(env.MYSQL_URI ? [{ type: 'mysql' as const, settings: { uri: env.MYSQL_URI } }] : []),
  ...(env.VITESS_URI ? [{ type: 'vitess' as const, settings: { uri: env.VITESS_URI } }] : []),
  ...(env.CASSANDRA_CONTACT_POINTS
    ? [{ type: 'cassandra' as const, settings: { contact_points: env.CASSANDRA_CONTACT_POINTS.split(',') } }]
    : []),
  ...(env.ELASTICSEARCH_URL
    ? [{ type: 'elasticsearch' as const, settings: { addresses: [env.ELASTICSEARCH_URL] } }]
    : []),
];

const named = env.DATABASES?.split(',') ?? [];
const missing = named.filter((name) => !testDatabases.some(({ type }) => type === name));
if (missing.length > 0)
  throw new Error(`DATABASES names ${missing.join(', ')}, but there is no address for it`);

/** A repository as the service opens it, with its default limits. */
export function openTestRepository({ type, settings }: TestDatabase): Promise<DocumentRepository> {
  const config = configSchema.parse({ [type]: { enabled: true, ...settings } });
  const options = {
    maxScanDocuments: config.limits.max_scan_documents,
    maxEvaluationSteps: 50_000_000,
    maxRetries: 10,
    allowPipelineWrites: config.mongodb.pipeline_writes,
    now: () => new Date(),
    newId: newDocumentId,
  };
  return openRepository(type, config, options, withBatching);
}
