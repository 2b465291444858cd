import { z } from 'zod';
import type { Json } from '../../../domain/value/value.ts';
import { jsonArray, jsonObject, jsonObjectOrArray, queryBoolean, queryInteger, queryText } from './json.ts';

export const filter = jsonObject({
  description:
    'A filter in MongoDB’s query language, with MongoDB’s semantics on every database. `id`, `created_at` and `updated_at` are short for `_id`, `_created_at` and `_updated_at`.',
  examples: [{ age: { $gte: 18 }, status: 'active' }],
});

export const collation = jsonObject({
  description:
    'How the strings of the filter compare: MongoDB’s collation with `locale`, `strength` 1 to 3, `caseLevel`, `caseFirst`, `numericOrdering` and `alternate`. The service compares, so that it is the same on every database; no index helps. It goes with no `sort`, with no positional `$`, and of expressions only `$eq`, `$ne`, `$gt`, `$gte`, `$lt`, `$lte` and `$cmp` take it.',
  examples: [{ locale: 'en', strength: 2 }],
});

export const update = jsonObjectOrArray({
  description:
    'MongoDB update operators, an update pipeline of `$set`, `$unset` and `$replaceWith`, or a plain object: then each field is set, and a value that is an object of one operator applies it to that field.',
  anyOf: [
    { type: 'object', additionalProperties: true },
    { type: 'array', items: { type: 'object' } },
  ],
  examples: [{ $inc: { visits: 1 }, $set: { seen: true } }],
});

export const arrayFilters = jsonArray({
  items: { type: 'object' },
  description: 'The filters that `$[name]` in the update stands for.',
  examples: [[{ 'line.sku': 'A-1' }]],
});

export const pipeline = jsonArray({
  items: { type: 'object' },
  description:
    'Aggregation stages, each an object with one `$stage`. Pipelines see the flat view: `_id`, the data fields, `_version`, `_created_at`, `_updated_at`, `_metadata`.',
  examples: [[{ $match: { status: 'active' } }, { $group: { _id: '$city', n: { $sum: 1 } } }]],
});

const sort = z
  .custom<Json>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    error: 'an object',
  })
  .meta({
    type: 'object',
    additionalProperties: { enum: [1, -1] },
    description: 'Fields with 1 (ascending) or -1 (descending), in order. Ties are broken by `_id`.',
    examples: [{ name: 1, age: -1 }],
  });

const projection = jsonObject({
  description:
    'A find projection: fields to include or to exclude, `$slice`, `$elemMatch`, positional `$`, expressions.',
  examples: [{ name: 1, email: 1 }],
});

const limitMeta = { description: 'Most documents of one page; 10 by default.', examples: [20] };
const offsetMeta = { description: 'Documents to skip; 0 by default.', examples: [0] };
const cursorMeta = {
  description:
    'Keyset paging: empty starts, `pagination.next_cursor` of the answer before goes on. Costs the same on every page.',
};
const explainMeta = { description: 'Answer the plan instead of running it.' };

/** The body of `search`. */
export const searchBody = z
  .strictObject({
    filter: filter.optional(),
    collation: collation.optional(),
    sort: sort.optional(),
    limit: z.int().min(1).max(1000).meta(limitMeta).optional(),
    offset: z.int().min(0).meta(offsetMeta).optional(),
    projection: projection.optional(),
    cursor: z.string().meta(cursorMeta).optional(),
    count: z.boolean().meta({ description: 'False: leave `total` out, which costs nothing.' }).optional(),
    explain: z.boolean().meta(explainMeta).optional(),
  })
  .meta({ id: 'SearchRequest' });

/** The query parameters of `GET /documents/{collection}`. */
export const listQuery = z.strictObject({
  filter: queryText({
    description: 'A filter as URL-encoded JSON.',
    contentMediaType: 'application/json',
    examples: ['{"age":{"$gte":18}}'],
  }).optional(),
  sort: queryText({
    description: 'Fields in order: `name:asc,age:desc`, `name:1,age:-1`, or `-age`; or a JSON object.',
    examples: ['name:asc,age:desc'],
  }).optional(),
  limit: queryInteger(1, 1000, limitMeta).optional(),
  offset: queryInteger(0, Number.MAX_SAFE_INTEGER, offsetMeta).optional(),
  projection: queryText({
    description: 'Fields to keep (`name,email`) or to leave out (`-secret`); or a JSON object.',
    examples: ['name,email'],
  }).optional(),
  cursor: z
    .string()
    .meta({
      description: `${cursorMeta.description} Sort values of more than some 5 KB are too long for it (QUERY_TOO_EXPENSIVE); \`search\` takes longer ones.`,
    })
    .optional(),
  count: queryBoolean({ description: '`false`: leave `total` out, which costs nothing.' }).optional(),
  explain: queryBoolean(explainMeta).optional(),
});

export const explainQuery = z.strictObject({ explain: queryBoolean(explainMeta).optional() });

export const explanation = z
  .object({
    database: z.string(),
    native: z
      .unknown()
      .meta({ description: 'The native statement with placeholders; null: everything is read.' }),
    residual: z.unknown().meta({ description: 'What the service evaluates itself; null: nothing.' }),
    scan: z.enum(['id', 'index', 'collection']),
    index: z.string().nullable(),
    sort: z.enum(['native', 'in_process', 'none']),
    stages_native: z.int(),
    stages_in_process: z.int(),
  })
  .meta({ id: 'Explanation', description: 'How a query runs.' });
