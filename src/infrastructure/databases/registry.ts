import { createPlannedDocumentRepository } from '../../application/execution/planned-document-repository.ts';
import type { RepositoryOptions } from '../../application/execution/repository-options.ts';
import type { DatabaseAdapter } from '../../application/ports/database-adapter.ts';
import type { DocumentRepository } from '../../application/ports/document-repository.ts';
import type { DatabaseType } from '../../domain/database-type.ts';
import type { ParsedConfig } from '../config/config-schema.ts';
import { withContract } from './contract.ts';

/** Turns an adapter into what the application uses; generic, because only here its native fragments' type is forgotten. */
type Finish = <N>(adapter: DatabaseAdapter<N>) => DocumentRepository;
/** Wraps every adapter: telemetry, resilience, batching. */
export type Decorate = <N>(adapter: DatabaseAdapter<N>) => DatabaseAdapter<N>;

/** The only list of adapters. Each is imported when it is first asked for, so that nobody loads another's driver. */
const adapters: Readonly<
  Record<DatabaseType, (config: ParsedConfig, finish: Finish) => Promise<DocumentRepository>>
> = {
  memory: async (_config, finish) =>
    finish((await import('./memory/memory-adapter.ts')).createMemoryAdapter()),
  mongodb: async (config, finish) => {
    const { createMongodbAdapter } = await import('./mongodb/mongodb-adapter.ts');
    const { mongodbOptions } = await import('./mongodb/mongodb-settings.ts');
    return finish(createMongodbAdapter(mongodbOptions(config)));
  },
  postgresql: async (config, finish) => {
    const { createPostgresqlAdapter } = await import('./postgresql/postgresql-adapter.ts');
    const { postgresqlOptions } = await import('./postgresql/postgresql-settings.ts');
    return finish(createPostgresqlAdapter(postgresqlOptions(config)));
  },
  elasticsearch: async (config, finish) => {
    const { createElasticsearchAdapter } = await import('./elasticsearch/elasticsearch-adapter.ts');
    const { elasticsearchOptions } = await import('./elasticsearch/elasticsearch-settings.ts');
    return finish(createElasticsearchAdapter(elasticsearchOptions(config)));
  },
  mysql: async (config, finish) => {
    const { createMysqlAdapter } = await import('./mysql/mysql-adapter.ts');
    const { mysqlOptions } = await import('./mysql/mysql-settings.ts');
    return finish(createMysqlAdapter(mysqlOptions(config, 'mysql')));
  },
  vitess: async (config, finish) => {
    const { createVitessAdapter } = await import('./vitess/vitess-adapter.ts');
    const { mysqlOptions } = await import('./mysql/mysql-settings.ts');
    return finish(createVitessAdapter(mysqlOptions(config, 'vitess')));
  },
  cassandra: async (config, finish) => {
    const { createCassandraAdapter } = await import('./cassandra/cassandra-adapter.ts');
    const { cassandraOptions } = await import('./cassandra/cassandra-settings.ts');
    return finish(createCassandraAdapter(cassandraOptions(config)));
  },
  sqlite: async (config, finish) => {
    const { createSqliteAdapter } = await import('./sqlite/sqlite-adapter.ts');
    const { sqliteOptions } = await import('./sqlite/sqlite-settings.ts');
    return finish(createSqliteAdapter(sqliteOptions(config)));
  },
};

/** Opens the repository of one database; connections are made when they are first needed. */
export async function openRepository(
  type: DatabaseType,
  config: ParsedConfig,
  options: RepositoryOptions,
  decorate: Decorate,
): Promise<DocumentRepository> {
  return adapters[type](config, (adapter) =>
    createPlannedDocumentRepository(decorate(withContract(adapter)), options),
  );
}
