import type { Call } from '../../../application/ports/call.ts';
import type { RawCommand, RawResult } from '../../../application/ports/database-adapter.ts';
import { parseCollectionName } from '../../../domain/document/collection-name.ts';
import { invalidRequest, ServiceError, unsupportedOperation } from '../../../domain/errors.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import type { ElasticsearchDatabase } from './elasticsearch-database.ts';
import { causeOf, statusOf, toServiceError } from './elasticsearch-errors.ts';
import { wholeResults } from './elasticsearch-reader.ts';
import { type Source, toDocument } from './elasticsearch-values.ts';

/** The parts of a search that only read the collection itself. */
const allowed: ReadonlySet<string> = new Set([
  'query',
  'aggs',
  'aggregations',
  'size',
  'from',
  'sort',
  '_source',
  'fields',
  'search_after',
  'min_score',
  'collapse',
  'highlight',
  'post_filter',
]);
/** Keys that run code, or that read another index; documents' own fields are named `data.…`. */
const refused =
  /^(_?script.*|.*_script|bucket_selector|scripted_metric|index|_index|indexed_shape|percolate|runtime_mappings|inner_hits|type_hint)$/;

interface Hit {
  readonly _id: string;
  readonly _score: number | null;
  readonly _source?: Partial<Source>;
  readonly [more: string]: unknown;
}
interface Answer {
  readonly hits: { readonly hits: readonly Hit[] };
  readonly aggregations?: JsonObject;
}

/**
 * A search body of Elasticsearch's own, with the collection in `index`. Only reads, only collections, no scripts. A row
 * is a hit; aggregations are one row more.
 */
export async function runRawSearch(
  database: ElasticsearchDatabase,
  command: RawCommand,
  call: Call,
): Promise<RawResult> {
  const { collection, body } = parseSearch(command);
  const path = `/${encodeURIComponent(database.names.read(collection))}/_search`;
  await database.freshness.beforeSearch(database.names.read(collection));
  try {
    const request = {
      method: 'POST',
      path,
      query: { ignore_unavailable: true, ...wholeResults },
      body,
      repeatable: true,
    } as const;
    const answer = await database.connection.send<Answer>(request, call);
    const hits = answer.hits.hits.map((hit) => toRow(collection, hit));
    const rows = answer.aggregations === undefined ? hits : [...hits, { aggregations: answer.aggregations }];
    return { columns: [], rows: rows.slice(0, command.maxRows) };
  } catch (error) {
    throw asRequestError(error);
  }
}

function parseSearch({ query, params, maxRows, allowWrites }: RawCommand): {
  readonly collection: string;
  readonly body: JsonObject;
} {
  if (typeof query === 'string') throw invalidRequest('the query is a search body with an index', 'query');
  if (params.length > 0) throw invalidRequest('Elasticsearch has no parameters', 'params');
  const { index, size, query: where, ...rest } = query;
  const collection = parseCollectionName(index, 'query.index');
  for (const key of Object.keys(rest)) {
    if (allowed.has(key)) continue;
    if (allowWrites) throw unsupportedOperation('elasticsearch', 'raw', 'raw requests are searches only');
    throw invalidRequest('this part of a search is not allowed', `query.${key}`);
  }
  refuseDangerous(where ?? null, 'query.query');
  refuseDangerous(rest, 'query');
  if (size !== undefined && (typeof size !== 'number' || !Number.isInteger(size) || size < 0))
    throw invalidRequest('size is a whole number', 'query.size');
  const must_not = [{ exists: { field: 'removed' } }];
  const must = [where ?? { match_all: {} }];
  return {
    collection,
    body: { ...rest, size: Math.min(size ?? 10, maxRows), query: { bool: { must, must_not } } },
  };
}

function refuseDangerous(value: Json, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (!Array.isArray(value) && refused.test(key))
      throw invalidRequest('scripts and other indexes are not allowed', `${path}.${key}`);
    refuseDangerous(part, `${path}.${key}`);
  }
}

/** With the document's fields as they are, without those that are for us alone. */
function toRow(collection: string, { _id, _score, _source, _index, ...more }: Hit): JsonObject {
  const extra = Object.fromEntries(Object.entries(more).map(([name, value]) => [name, value as Json]));
  if (_source === undefined) return { _id, _score, ...extra };
  const { birth, earlier, text, ...fields } = _source;
  const whole = text === undefined ? undefined : toDocument(collection, _source as Source);
  const body = whole === undefined ? {} : { data: whole.data.value, metadata: whole.metadata };
  return { _id, _score, ...extra, _source: { ...fields, ...body } as JsonObject };
}

/** A mistake in the caller's search; the text is about that. */
function asRequestError(error: unknown): unknown {
  const cause = causeOf(error);
  if (cause === undefined || statusOf(error) !== 400) return toServiceError(error);
  const root = cause.root_cause?.[0] ?? cause;
  const reason = (root.reason ?? root.type).slice(0, 300);
  return new ServiceError('INVALID_REQUEST', `Elasticsearch: ${reason}`, { path: 'query' }, error);
}
