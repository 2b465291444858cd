import type { NativeFind } from '../../../application/ports/database-adapter.ts';
import type { JsonObject } from '../../../domain/value/value.ts';

/** A part of a search in Elasticsearch's own language. */
export interface ElasticsearchFragment {
  /** A query body; of a sort: none. */
  readonly query: JsonObject;
  /** The one document that the query can hold for, when it says nothing else: it is read by id, in real time. */
  readonly onlyId?: string;
  /** What the query negates. */
  readonly inner?: JsonObject;
  /** A sort, by `id` last. */
  readonly sort?: readonly JsonObject[];
  /** Leading stages of a pipeline that one search answers. */
  readonly pipeline?: PipelinePart;
}

/** What a search finds, or the number of it. */
export interface PipelinePart extends NativeFind<ElasticsearchFragment> {
  /** The field of a `$count` behind the others. */
  readonly counted: string | undefined;
}

/** What a search of a collection sees: the removed documents that wait for the change log are not among it. */
export function livingQuery(where: ElasticsearchFragment | undefined): JsonObject {
  const must_not = [{ exists: { field: 'removed' } }];
  return { bool: { must_not, ...(where !== undefined && { filter: [where.query] }) } };
}
