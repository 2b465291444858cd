import { z } from 'zod';
import { duration } from './duration.ts';

/** What the sections of PostgreSQL, MySQL and Vitess have beyond their addresses and their pools. */
export const sqlServerSettings = {
  tls: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether to talk to the server over TLS.'),
      verify: z.boolean().default(true).describe("Whether to check the server's certificate."),
      ca: z.string().optional().describe('Certificate of the authority, PEM.'),
      cert: z.string().optional().describe('Certificate of the service, PEM.'),
      key: z.string().optional().describe('Key of that certificate, PEM.').meta({ secret: true }),
    })
    .prefault({}),
  statement_timeout: duration('5m').describe(
    'Longest time that the server lets one statement run, whatever the request allows.',
  ),
} as const;
