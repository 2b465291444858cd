import { z } from 'zod';
import { type ErrorCode, errorStatus } from '../../../domain/errors.ts';
import { jsonObject } from './json.ts';

export const errorCodes = Object.keys(errorStatus) as readonly ErrorCode[];

/** The envelope of every error (semantics.md §9). */
export const errorEnvelope = z
  .object({
    success: z.literal(false),
    error: z.object({
      code: z.enum(errorCodes).meta({ description: 'A closed list: switch over it.' }),
      message: z.string().meta({ description: 'For people; may change.' }),
      details: jsonObject({ description: 'What belongs to the code, such as the `path` of a mistake.' }),
      request_id: z.string().meta({ description: 'The same as in `X-Request-Id`; finds the log.' }),
    }),
  })
  .meta({ description: 'What every failed request answers.' });
