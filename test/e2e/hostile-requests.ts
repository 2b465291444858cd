import { generator, pick } from '../support/random.ts';
import type { PlainRequest } from '../support/send-many.ts';

type Random = () => number;

const names = [
  'users',
  '__proto__',
  'constructor',
  '',
  ' ',
  '$cmd',
  'a.b',
  'system.users',
  '../../etc/passwd',
  "x'; DROP TABLE t; --",
  '%00',
  '%zz',
  '%2e%2e%2f',
  'ü'.repeat(300),
  'a'.repeat(600),
  '"',
  '\\',
  '{}',
  'NULL',
  '-1',
  '0',
  'hasOwnProperty',
  'sqlite_master',
  'users%0d%0aX: y',
  '😀',
  'search',
  'count',
  'bulk',
] as const;
const operators = words(
  `
  $eq $gt $in $nin $and $or $nor $not $exists $type $regex $options $size $all $elemMatch $mod
  $bitsAllSet $expr $jsonSchema $where $text $near $geoWithin $set $inc $push $pull $unset $rename
  $min $mul $bit $pop $addToSet $setOnInsert $currentDate $match $group $project $sort $limit $skip
  $unwind $lookup $out $merge $facet $bucket $range $map $reduce $cond $concat $function $ $$ROOT
  $nope __proto__ a.b.c a..b
`,
  /\s+/,
);
const keys = words(
  `
  filter update pipeline sort limit offset projection cursor collection data id version metadata
  documents operations ordered field keys options name new_name query params array_filters replacement
  all explain type document indexes __proto__ toString
`,
  /\s+/,
);
const routes = words(
  `
  POST /documents
  GET /documents/{n}/{n}
  PUT /documents/{n}/{n}
  PUT /documents/{n}/{n}/replace
  DELETE /documents/{n}/{n}
  GET /documents/{n}
  POST /documents/{n}/search
  POST /documents/{n}/count
  GET /documents/{n}/count/estimate
  POST /documents/{n}/{n}/find-and-update
  POST /documents/{n}/upsert
  POST /documents/{n}/{n}/find-and-replace
  POST /documents/{n}/{n}/find-and-delete
  POST /documents/{n}/aggregate
  POST /documents/{n}/distinct
  POST /documents/bulk/insert
  POST /documents/bulk/write
  POST /collections
  POST /documents/{n}/update-many
  POST /documents/{n}/delete-many
  POST /indexes/{n}
  POST /indexes/{n}/bulk
  DELETE /indexes/{n}/{n}
  GET /indexes/{n}
  DELETE /collections/{n}
  POST /collections/{n}/rename
  GET /collections/{n}/exists
  POST /transactions/execute
  POST /query/raw
  POST /query/raw/typed
  GET /health/database/{n}
  GET /stats/database/{n}
  GET /stats/collection/{n}
  PATCH /documents/{n}
  GET /{n}/{n}
`,
  /\s*\n\s*/,
);
const scalars = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.1,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 53 + 2,
  '',
  'a',
  '(a+)+$',
  '[',
  '\u0000',
  '$a',
  '$$NOW',
  '2024-01-01T00:00:00Z',
  'x'.repeat(2000),
  99_999_999_999,
] as const;

function words(text: string, separator: RegExp): readonly [string, ...string[]] {
  const [first = '', ...rest] = text.trim().split(separator);
  return [first, ...rest];
}

/** The request of one number: well-formed HTTP with anything in it. */
export function hostileRequest(number: number): PlainRequest {
  const random = generator(number);
  const [method = 'GET', route = '/'] = pick(random, routes).split(' ');
  const path = route.replaceAll('{n}', () => (random() < 0.5 ? 'users' : encodeLoosely(pick(random, names))));
  const body = method === 'GET' ? undefined : bodyOf(random);
  return {
    method,
    path: `/api/v1${path}${random() < 0.3 ? queryOf(random) : ''}`,
    headers: {
      ...(random() < 0.95 && { 'content-type': random() < 0.97 ? 'application/json' : 'text/xml' }),
      ...(random() < 0.05 && {
        'x-database-type': pick(random, ['oracle', 'SQLITE', '', 'mysql', 'sqlite']),
      }),
      ...(random() < 0.05 && { 'if-match': pick(random, ['"1"', '*', 'W/"1"', '""', 'x']) }),
      ...(random() < 0.05 && { 'idempotency-key': pick(random, ['a', 'b', 'c'.repeat(400)]) }),
      ...(random() < 0.05 && { 'x-request-id': pick(random, ['ok', 'no good', 'x'.repeat(500)]) }),
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    },
    body,
  };
}

/** What a careless client sends: mostly encoded, never what HTTP itself forbids. */
function encodeLoosely(name: string): string {
  return name.startsWith('%') ? name : encodeURIComponent(name);
}

function queryOf(random: Random): string {
  const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    const value = random() < 0.5 ? JSON.stringify(anyValue(random, 3)) : String(pick(random, scalars));
    return `${encodeURIComponent(pick(random, keys))}=${encodeURIComponent(value ?? '')}`;
  });
  return `?${parts.join('&')}`;
}

function bodyOf(random: Random): string {
  const kind = random();
  if (kind < 0.02) return `{"filter":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  if (kind < 0.03) return `{"filter":${'{"a":'.repeat(150)}1${'}'.repeat(150)}}`;
  const text = JSON.stringify(requestOf(random));
  if (kind < 0.1) return text.slice(0, Math.floor(random() * text.length));
  if (kind < 0.13) return text.replace(/"[a-z_]+"/, '"__proto__"');
  if (kind < 0.15)
    return pick(random, ['', 'null', '[]', '"x"', '1', '{', '\uFEFF{}', '{"a":1,"a":2}', '{"filter":NaN}']);
  return text;
}

/** An object with the keys of our requests; some hold what they should. */
function requestOf(random: Random): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (let i = 0; i < 1 + random() * 4; i++) {
    Object.defineProperty(result, pick(random, keys), {
      value: anyValue(random, 4),
      enumerable: true,
      configurable: true,
    });
  }
  return random() < 0.5 ? { ...result, collection: 'users' } : result;
}

function anyValue(random: Random, depth: number): unknown {
  if (depth === 0 || random() < 0.3) return pick(random, scalars);
  if (random() < 0.3)
    return Array.from({ length: Math.floor(random() * 4) }, () => anyValue(random, depth - 1));
  const result: Record<string, unknown> = {};
  for (let i = 0; i < random() * 3; i++) {
    Object.defineProperty(result, random() < 0.7 ? pick(random, operators) : pick(random, keys), {
      value: anyValue(random, depth - 1),
      enumerable: true,
      configurable: true,
    });
  }
  return result;
}
