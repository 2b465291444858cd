import { z } from 'zod';
import { duration } from './duration.ts';

/** What the section of Elasticsearch has beyond its addresses and its pool. */
export const elasticsearchSettings = {
  api_key: z
    .string()
    .min(1)
    .optional()
    .describe('API key, encoded, in place of user and password.')
    .meta({ secret: true }),
  tls: z
    .strictObject({
      verify: z.boolean().default(true).describe('Whether to check the certificates of the nodes.'),
      ca: z.string().optional().describe('Certificate of the authority, PEM.'),
      cert: z.string().optional().describe('Certificate of the service, PEM.'),
      key: z.string().optional().describe('Key of that certificate, PEM.').meta({ secret: true }),
    })
    .prefault({}),
  refresh: z
    .enum(['before_search', 'own_writes', 'wait_for', 'immediate'])
    .default('before_search')
    .describe(
      'How searches see what was written: each refreshes first; only after writes of this process; writes wait for the next refresh; writes force one.',
    ),
  shards: z.int().min(1).max(1024).default(1).describe('Primary shards of a new collection.'),
  replicas: z.int().min(0).max(100).default(1).describe('Copies of each shard besides the primary.'),
  change_age: duration('24h').describe('How long changes are kept for `watch`.'),
  sweep_interval: duration('60s').describe(
    'How often expired documents and old changes are removed, and changes of ended processes logged.',
  ),
} as const;
