import { z } from 'zod';
import { jsonObject } from './json.ts';

const keys = jsonObject({
  minProperties: 1,
  additionalProperties: { enum: [1, -1] },
  description:
    'The fields of the index in order, each with its kind: 1, -1, or `"text"`, `"2dsphere"`, `"hashed"` where the database can.',
  examples: [{ city: 1, age: -1 }],
});

const options = jsonObject({
  properties: {
    name: { type: 'string', minLength: 1 },
    unique: { type: 'boolean' },
    sparse: { type: 'boolean' },
    expire_after_seconds: { type: 'integer', minimum: 0 },
    partial_filter: { type: 'object' },
  },
  additionalProperties: false,
  description: 'A name, and what else the index is; without a name it is made from the keys.',
  examples: [{ unique: true }],
});

export const indexInput = z
  .strictObject({ keys, options: options.optional() })
  .meta({ id: 'IndexInput', description: 'An index to be created.' });

export const indexDescription = z
  .object({
    name: z.string(),
    keys: jsonObject({ description: 'The fields of the index in order.' }),
    unique: z.boolean(),
    sparse: z.boolean(),
    expire_after_seconds: z.int().optional(),
    partial_filter: jsonObject({ description: 'Only documents that match are in the index.' }).optional(),
  })
  .meta({ id: 'Index', description: 'An index of a collection.' });
