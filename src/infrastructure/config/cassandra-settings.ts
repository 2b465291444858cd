import { z } from 'zod';
import { duration } from './duration.ts';

const levels = ['one', 'localOne', 'two', 'localQuorum', 'quorum', 'eachQuorum', 'all'] as const;

/** What the section of Cassandra has beyond its addresses and its pool. */
export const cassandraSettings = {
  tls: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether to talk to the nodes over TLS.'),
      verify: z.boolean().default(true).describe('Whether to check the certificates of the nodes.'),
      ca: z.string().optional().describe('Certificate of the authority, PEM.'),
      cert: z.string().optional().describe('Certificate of the service, PEM.'),
      key: z.string().optional().describe('Key of that certificate, PEM.').meta({ secret: true }),
    })
    .prefault({}),
  create_keyspace: z
    .boolean()
    .default(true)
    .describe('Whether to make the keyspace when it is missing; for several data centres make it yourself.'),
  replication_factor: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe('Copies of each row in the local data centre, in a keyspace that the service makes.'),
  consistency: z
    .strictObject({
      read: z.enum(levels).default('localQuorum').describe('Consistency level of reads.'),
      write: z.enum(levels).default('localQuorum').describe('Consistency level of writes.'),
      serial: z
        .enum(['serial', 'localSerial'])
        .default('localSerial')
        .describe(
          'Consistency level of the conditions of writes: in the local data centre or in all of them.',
        ),
    })
    .prefault({}),
  tombstone_age: duration('24h').describe(
    'How long Cassandra keeps the tombstones of our tables (gc_grace): longer than between two repairs.',
  ),
  change_feed: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether changes are written down for `watch`.'),
      keep: duration('24h').describe('How long changes are kept.'),
      delay: duration('1s').describe(
        'How far the feed stays behind: at least twice what the clocks of two processes may differ.',
      ),
    })
    .prefault({}),
  sweep_interval: duration('60s').describe('How often documents of TTL indexes are looked for; 0s: never.'),
} as const;
