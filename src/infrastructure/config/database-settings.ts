import { z } from 'zod';
import { databaseTypes } from '../../domain/database-type.ts';
import { cassandraSettings } from './cassandra-settings.ts';
import { duration } from './duration.ts';
import { elasticsearchSettings } from './elasticsearch-settings.ts';
import { mongodbPool, mongodbSettings } from './mongodb-settings.ts';
import { sqlServerSettings } from './sql-server-settings.ts';

const enabled = z.boolean().default(false).describe('Whether the service offers this database.');
const secret = { secret: true };

const pool = z
  .strictObject({
    max: z.int().min(1).max(1000).default(20).describe('Most connections of one process.'),
    acquire_timeout: duration('5s').describe('How long a request waits for a free connection.'),
  })
  .prefault({});

const parts = (name: string, port: number) => ({
  host: z.string().min(1).optional().describe('Host, when there is no address.'),
  port: z.int().min(1).max(65_535).default(port).describe('Port, when there is no address.'),
  user: z.string().optional().describe('User, when it is not in the address.'),
  password: z.string().optional().describe('Password, when it is not in the address.').meta(secret),
  database: z.string().min(1).default('documents').describe(`${name} to keep the collections in.`),
});

const uriAndParts = (example: string, port: number) => ({
  enabled,
  uri: z.string().min(1).optional().describe(`Address, for example \`${example}\`.`).meta(secret),
  ...parts('Database', port),
  pool,
});

const withUri = (example: string, port: number) => z.strictObject(uriAndParts(example, port)).prefault({});

const sqlServer = (example: string, port: number) =>
  z.strictObject({ ...uriAndParts(example, port), ...sqlServerSettings }).prefault({});

/** The section of every database; each may be absent, which is `enabled: false`. */
export const databaseSections = {
  mongodb: withUri('mongodb://localhost:27017/documents?replicaSet=rs0', 27_017)
    .unwrap()
    .extend({ pool: pool.unwrap().extend(mongodbPool).prefault({}), ...mongodbSettings })
    .prefault({}),
  postgresql: sqlServer('postgresql://localhost:5432/documents', 5432),
  mysql: sqlServer('mysql://localhost:3306/documents', 3306),
  vitess: sqlServer('mysql://localhost:15306/commerce', 15_306),
  cassandra: z
    .strictObject({
      enabled,
      contact_points: z
        .array(z.string().min(1))
        .default([])
        .describe('Nodes to start from, `host:port` each.'),
      local_datacenter: z.string().min(1).default('datacenter1').describe('Data centre to talk to.'),
      ...parts('Keyspace', 9042),
      pool,
      ...cassandraSettings,
    })
    .prefault({}),
  elasticsearch: z
    .strictObject({
      enabled,
      addresses: z
        .array(z.url())
        .default([])
        .describe('Nodes, for example `http://localhost:9200`.')
        .meta(secret),
      ...parts('Prefix of the indexes', 9200),
      pool,
      ...elasticsearchSettings,
    })
    .prefault({}),
  sqlite: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether the service offers this database.'),
      path: z
        .string()
        .min(1)
        .default('./data/documents.db')
        .describe('File of the embedded database; its folder is made. Relative to the working directory.'),
      readers: z.int().min(1).max(64).default(2).describe('Threads that read beside the one that writes.'),
      max_streams: z
        .int()
        .min(1)
        .max(400)
        .default(100)
        .describe('Results of many documents that one process reads at a time.'),
      kept_changes: z
        .int()
        .min(1)
        .default(100_000)
        .describe('How many changes are kept at most: so far `watch` can go back.'),
      change_age: duration('24h').describe('How long changes are kept for `watch` at most.'),
      max_watchers: z
        .int()
        .min(1)
        .max(100_000)
        .default(1000)
        .describe('Streams of changes that one process answers at a time.'),
    })
    .prefault({}),
  memory: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe('Whether to offer the reference adapter, which forgets everything when the process ends.'),
    })
    .prefault({}),
} as const;

export const databasesSettings = z
  .strictObject({
    default: z
      .enum(databaseTypes)
      .optional()
      .describe(
        'Database of requests without `X-Database-Type`. Unset: `mongodb` when it is enabled, else `sqlite`.',
      ),
  })
  .prefault({});
