import { z } from 'zod';
import { checkedByDomain, jsonObject } from './json.ts';

const collectionPattern = '^(?!system\\.)[A-Za-z_][A-Za-z0-9_.\\-]{0,62}$';

/** In paths and bodies; `parseCollectionName` checks it. */
export const collectionMeta = {
  type: 'string',
  pattern: collectionPattern,
  description:
    'A collection’s name: letters, digits and `_ . -`, at most 63, not starting with a digit or `system.`',
  examples: ['users'],
} as const;

export const documentIdMeta = {
  type: 'string',
  minLength: 1,
  maxLength: 512,
  description: 'A document’s id: 1–512 bytes of UTF-8, without NUL.',
  examples: ['665f1c2ab7e4d8a1c0ffee01'],
} as const;

export const collection = checkedByDomain(collectionMeta);
export const documentId = checkedByDomain(documentIdMeta);

const dataDescription =
  'The document’s content: any JSON object up to 100 levels and 16 MiB. Top-level keys `_id`, `_version`, `_created_at`, `_updated_at`, `_metadata` and those that start with `$` are refused, as are numbers that a double cannot hold; `-0` is kept as `0`.';

/** A JSON object without the keys that the service keeps for itself. */
export const dataMeta = {
  type: 'object',
  additionalProperties: true,
  propertyNames: { pattern: '^(?!\\$|_id$|_version$|_created_at$|_updated_at$|_metadata$)[^\\u0000]*$' },
  description: dataDescription,
  examples: [{ name: 'Ada Lovelace', email: 'ada@example.com', age: 36 }],
} as const;
export const data = checkedByDomain(dataMeta);

export const metadataMeta = {
  type: 'object',
  additionalProperties: true,
  description: 'The caller’s own notes on the document; `{}` by default.',
  examples: [{ source: 'import' }],
} as const;
export const metadata = checkedByDomain(metadataMeta).optional();

export const version = z
  .int()
  .min(1)
  .meta({
    description: 'The version that the caller read; 1 at creation, +1 on every change.',
    examples: [3],
  });

/** `doc` of rest-api.md. */
export const document = z
  .object({
    id: z.string().meta({ description: 'Absent when a projection excludes `_id`.' }),
    collection: z.string(),
    data: jsonObject({ description: 'The document’s content.' }),
    created_at: timestamp('When the document was created; null when another program wrote it.').optional(),
    updated_at: timestamp('When the document last changed.').optional(),
    version: z.int().min(1).meta({ description: '+1 on every change of data or metadata.' }).optional(),
    metadata: jsonObject({ description: 'The caller’s own notes.' }).optional(),
  })
  .partial({ id: true })
  .meta({
    id: 'Document',
    description:
      'A stored document. A projection may leave out `id` and the fields beside `data` when it excludes them by name.',
  });

export const exampleDocument = {
  id: '665f1c2ab7e4d8a1c0ffee01',
  collection: 'users',
  data: { name: 'Ada Lovelace', email: 'ada@example.com', age: 36 },
  created_at: '2026-01-15T09:30:00.000Z',
  updated_at: '2026-01-15T09:30:00.000Z',
  version: 1,
  metadata: {},
} as const;

function timestamp(description: string) {
  return z.iso.datetime().nullable().meta({ format: 'date-time', description });
}
