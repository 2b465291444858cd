import { z } from 'zod';
import { duration } from './duration.ts';

const readPreferences = [
  'primary',
  'primaryPreferred',
  'secondary',
  'secondaryPreferred',
  'nearest',
] as const;

/** What the section of MongoDB has beyond its address; what is unset here, the address may set. */
export const mongodbSettings = {
  auth_source: z
    .string()
    .min(1)
    .optional()
    .describe('Database that holds the user. Unset: as in the address, else the database itself.'),
  read_preference: z
    .enum(readPreferences)
    .optional()
    .describe('Which members answer reads outside transactions. Unset: as in the address, else the primary.'),
  read_concern: z
    .enum(['local', 'available', 'majority', 'linearizable'])
    .optional()
    .describe(
      'What reads outside transactions may see. Unset: as in the address, else as the server has it.',
    ),
  write_concern: z.coerce
    .string()
    .regex(/^(majority|[1-9]\d?)$/, 'expected majority or the number of members, from 1')
    .optional()
    .describe('How many members confirm a write. Unset: as in the address, else `majority`.'),
  tls: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe('Whether to talk over TLS. The address may demand it too, with files: `tlsCAFile`…'),
      verify: z
        .boolean()
        .default(true)
        .describe('Whether to check the certificates and names of the servers.'),
      ca: z.string().optional().describe('Certificate of the authority, PEM.'),
      cert: z.string().optional().describe('Certificate of the service, PEM.'),
      key: z.string().optional().describe('Key of that certificate, PEM.').meta({ secret: true }),
    })
    .prefault({}),
  pipeline_writes: z
    .boolean()
    .default(false)
    .describe(
      'Whether the pipelines of writers may end in `$out` or `$merge` into a collection of the database.',
    ),
  connect_timeout: duration('5s').describe('How long one connection may take to be made.'),
  server_selection_timeout: duration('5s').describe(
    'How long a request waits for a server that can take it, an election included.',
  ),
  socket_timeout: duration('0s').describe(
    'How long one answer may take; 0s: until the deadline of the request, or until the server counts as lost.',
  ),
} as const;

/** What the pool of MongoDB has beyond its size. */
export const mongodbPool = {
  min: z.int().min(0).max(1000).default(0).describe('Connections that are kept open.'),
  max_idle: duration('0s').describe('How long a connection may be idle before it is closed; 0s: for ever.'),
} as const;
