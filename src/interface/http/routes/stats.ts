import { z } from 'zod';
import { listDatabases } from '../../../application/use-cases/health/list-databases.ts';
import { readCollectionStats, readDatabaseStats } from '../../../application/use-cases/stats/read-stats.ts';
import { databaseTypes } from '../../../domain/database-type.ts';
import { successOf } from '../answer.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { chooseDatabase } from '../middleware/choose-database.ts';
import { jsonObject } from '../schemas/json.ts';

const tag = 'Statistics';

const database = defineEndpoint({
  method: 'get',
  path: '/stats/database/{db_type}',
  operationId: 'databaseStats',
  tag,
  summary: 'Read a database’s statistics',
  description: 'Of one database, whatever `X-Database-Type` says.',
  role: 'reader',
  database: false,
  answer: {
    status: 200,
    description: 'The statistics.',
    data: z.object({
      database: z.enum(databaseTypes),
      collections_count: z.int().min(0),
      total_documents: z.int().min(0),
      total_size_bytes: z.int().min(0),
      indexes_count: z.int().min(0),
      avg_query_time_ms: z.number().min(0),
    }),
    example: {
      database: 'sqlite',
      collections_count: 2,
      total_documents: 12_000,
      total_size_bytes: 3_145_728,
      indexes_count: 3,
      avg_query_time_ms: 0.4,
    },
  },
  errors: ['DATABASE_ERROR', 'CONNECTION_ERROR', 'QUERY_TIMEOUT'],
  handle: async ({ exchange }) => {
    const { databases, clock, metrics } = exchange.service;
    const type = chooseDatabase(exchange.param('db_type'), databases, 'db_type');
    const repository = await databases.repository(type);
    const stats = await readDatabaseStats({ repository, call: exchange.call, clock });
    return successOf({
      database: type,
      collections_count: stats.collectionsCount,
      total_documents: stats.totalDocuments,
      total_size_bytes: stats.totalSizeBytes,
      indexes_count: stats.indexesCount,
      avg_query_time_ms: metrics.averageQueryMs(type) ?? 0,
    });
  },
});

const collection = defineEndpoint({
  method: 'get',
  path: '/stats/collection/{collection}',
  operationId: 'collectionStats',
  tag,
  summary: 'Read a collection’s statistics',
  description: 'Sizes are the database’s own figures.',
  role: 'reader',
  answer: {
    status: 200,
    description: 'The statistics.',
    data: z.object({
      collection: z.string(),
      document_count: z.int().min(0),
      size_bytes: z.int().min(0),
      avg_document_size_bytes: z.number().min(0),
      indexes: z.array(z.object({ name: z.string(), size_bytes: z.int().min(0) })),
    }),
    example: {
      collection: 'users',
      document_count: 12_000,
      size_bytes: 2_400_000,
      avg_document_size_bytes: 200,
      indexes: [{ name: '_id_', size_bytes: 320_000 }],
    },
  },
  errors: ['VALIDATION_ERROR', 'COLLECTION_NOT_FOUND'],
  handle: async ({ exchange }) => {
    const name = exchange.param('collection');
    const stats = await readCollectionStats(await exchange.context(), name);
    const { documentCount, sizeBytes, indexes } = stats;
    return successOf({
      collection: name,
      document_count: documentCount,
      size_bytes: sizeBytes,
      avg_document_size_bytes: documentCount === 0 ? 0 : Math.round(sizeBytes / documentCount),
      indexes: indexes.map((index) => ({ name: index.name, size_bytes: index.sizeBytes })),
    });
  },
});

const configured = defineEndpoint({
  method: 'get',
  path: '/databases',
  operationId: 'listDatabases',
  tag,
  summary: 'List the configured databases',
  description: 'Each with what it can do: natively, partly, emulated by the service, or not at all.',
  role: 'reader',
  database: false,
  answer: {
    status: 200,
    description: 'The databases.',
    data: z.object({
      databases: z.array(
        z.object({
          type: z.enum(databaseTypes),
          default: z.boolean(),
          status: z.enum(['connected', 'disconnected']),
          capabilities: jsonObject({
            type: ['object', 'null'],
            description: 'Null while the database cannot be reached.',
          }),
        }),
      ),
      count: z.int().min(0),
    }),
    example: {
      databases: [
        {
          type: 'sqlite',
          default: true,
          status: 'connected',
          capabilities: { transactions: 'full', raw: 'sql' },
        },
      ],
      count: 1,
    },
  },
  errors: [],
  handle: async ({ exchange }) => {
    const databases = await listDatabases(exchange.service.databases);
    return successOf({
      databases: databases.map(({ type, isDefault, capabilities }) => ({
        type,
        default: isDefault,
        status: capabilities === undefined ? 'disconnected' : 'connected',
        capabilities: capabilities ?? null,
      })),
      count: databases.length,
    });
  },
});

export const statsEndpoints: readonly Endpoint[] = [database, collection, configured];
