import { z } from 'zod';
import { logLevels } from '../../application/ports/logger.ts';
import { authSettings } from './auth-settings.ts';
import { databaseSections, databasesSettings } from './database-settings.ts';
import { duration } from './duration.ts';
import { serverSettings } from './server-settings.ts';

const app = z
  .strictObject({
    name: z.string().min(1).max(100).default('database-service').describe('Name in logs.'),
    environment: z
      .enum(['development', 'test', 'production'])
      .default('development')
      .describe('`production` refuses to start without authentication.'),
    cursor_secret: z
      .string()
      .min(32)
      .optional()
      .describe('Signs the cursors of paging; the same on every instance. Unset: made of the `auth` section.')
      .meta({ secret: true }),
  })
  .prefault({});

const observability = z
  .strictObject({
    log_level: z.enum(logLevels).default('info').describe('Least level that is written.'),
    log_format: z
      .enum(['auto', 'json', 'pretty'])
      .default('auto')
      .describe('`auto` is `pretty` on a terminal, else `json`.'),
    log_requests: z.boolean().default(true).describe('One line for each request.'),
    metric_collections: z
      .int()
      .min(0)
      .max(10_000)
      .default(100)
      .describe('How many collections get metrics of their own; those seen later are counted as `other`.'),
  })
  .prefault({});

const limits = z
  .strictObject({
    max_body_bytes: z
      .int()
      .min(1024)
      .max(256 * 2 ** 20)
      .default(17 * 2 ** 20)
      .describe('Largest request body; a document may have 16 MiB.'),
    request_timeout: duration('30s').describe('Deadline of a request that names none.'),
    max_request_timeout: duration('5m').describe('Latest deadline that `X-Request-Timeout-Ms` may ask for.'),
    max_scan_documents: z
      .int()
      .min(1)
      .default(100_000)
      .describe('A query that would read more documents without an index is refused.'),
    idempotency: z
      .strictObject({
        max_bytes: z
          .int()
          .min(2 ** 16)
          .max(2 ** 36)
          .default(64 * 2 ** 20)
          .describe(
            'Memory for the keys and answers of `Idempotency-Key`, shared by all callers and workers of one instance: about 1 KB for a key with a small answer. Nothing is forgotten within 24 hours: once it is full, requests with new keys are refused with 503 before they do anything.',
          ),
        max_answer_bytes: z
          .int()
          .min(1024)
          .max(2 ** 28)
          .default(2 ** 20)
          .describe(
            'Largest answer that is kept. The key of a larger one is kept without it: the same request again is refused, not carried out twice.',
          ),
      })
      .prefault({}),
    rate_limit: z
      .strictObject({
        enabled: z.boolean().default(false).describe('Whether callers are limited.'),
        per_minute: z
          .int()
          .min(1)
          .default(1000)
          .describe(
            'Requests per minute of one API key, or else one address, counted over all workers of one instance.',
          ),
      })
      .prefault({}),
  })
  .prefault({});

const rawQuery = z
  .strictObject({
    enabled: z.boolean().default(false).describe("Whether `/query/raw` takes the databases' own languages."),
    allow_writes: z.boolean().default(false).describe('Whether raw queries may change data.'),
    timeout: duration('10s').describe('Longest time of a raw query.'),
    max_rows: z.int().min(1).max(1_000_000).default(1000).describe('Most rows of an answer.'),
  })
  .prefault({});

/**
 * Every setting with its default and its description. The names are those of the YAML files, so that a search finds a
 * setting in the files, the documentation and the code alike; durations are parsed to milliseconds.
 */
export const configSchema = z.strictObject({
  app,
  server: serverSettings.prefault({}),
  databases: databasesSettings,
  ...databaseSections,
  observability,
  limits,
  raw_query: rawQuery,
  auth: authSettings,
});

/** What the schema makes of the files and variables; checked no further. */
export type ParsedConfig = DeepReadonly<z.output<typeof configSchema>>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
