import type { Call } from '../../../application/ports/call.ts';
import type { NativeFind } from '../../../application/ports/database-adapter.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { backgroundCall } from '../background-call.ts';
import type { ElasticsearchConnection } from './elasticsearch-connection.ts';
import { type ErrorCause, itemError } from './elasticsearch-errors.ts';
import { type ElasticsearchFragment, livingQuery } from './elasticsearch-fragment.ts';
import type { Freshness } from './elasticsearch-freshness.ts';
import type { ElasticsearchNames } from './elasticsearch-names.ts';
import { type Source, type Stored, toDocument } from './elasticsearch-values.ts';

interface Hit {
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly _source: Source;
  readonly sort?: readonly Json[];
}
interface SearchAnswer {
  readonly pit_id?: string;
  readonly hits: { readonly hits: readonly Hit[] };
}
interface MultiGetAnswer {
  readonly docs: readonly ((Hit & { readonly found?: boolean }) & { readonly error?: ErrorCause })[];
}

interface CountAnswer {
  readonly count: number;
  readonly _shards: { readonly failed: number };
}

/** Rather none than those of the shards that happen to be there. */
export const wholeResults = { allow_partial_search_results: false } as const;
const mostIds = 500;
/** Documents of the first page of a stream, and of the later ones, which also hold about so many characters. */
const firstPage = 200;
const largestPage = 5000;
const pageCharacters = 4_000_000;
const pitKeepAlive = '2m';

/** Reads documents: by id in real time, by searches after a refresh. */
export class ElasticsearchReader {
  readonly #connection: ElasticsearchConnection;
  readonly #names: ElasticsearchNames;
  readonly #freshness: Freshness;

  constructor(connection: ElasticsearchConnection, names: ElasticsearchNames, freshness: Freshness) {
    this.#connection = connection;
    this.#names = names;
    this.#freshness = freshness;
  }

  async get(
    collection: string,
    ids: readonly DocumentId[],
    call: Call,
  ): Promise<readonly (Document | undefined)[]> {
    const stored = await this.stored(collection, ids, call);
    return stored.map((one) =>
      one === undefined || one.source.removed === true ? undefined : toDocument(collection, one.source),
    );
  }

  /** What stands under the ids, removed documents that wait for the change log among it. */
  async stored(
    collection: string,
    ids: readonly DocumentId[],
    call: Call,
    fields?: readonly string[],
  ): Promise<readonly (Stored | undefined)[]> {
    const path = `/${encodeURIComponent(this.#names.read(collection))}/_mget`;
    const query = fields === undefined ? {} : { _source_includes: fields.join(',') };
    const found: (Stored | undefined)[] = [];
    for (let start = 0; start < ids.length; start += mostIds) {
      const body = { ids: ids.slice(start, start + mostIds) };
      const request = { method: 'POST', path, query, body, repeatable: true } as const;
      const answer = await this.#connection.request<MultiGetAnswer>(request, call);
      for (const doc of answer.docs) {
        if (doc.error !== undefined && doc.error.type !== 'index_not_found_exception')
          throw itemError(500, doc.error);
        found.push(doc.found === true ? toStored(doc) : undefined);
      }
    }
    return found;
  }

  async *find(
    collection: string,
    query: NativeFind<ElasticsearchFragment>,
    call: Call,
  ): AsyncIterable<Document> {
    for await (const { source } of this.search(collection, query, call)) yield toDocument(collection, source);
  }

  /**
   * The living documents of a query in its order, else as they were written last. Beyond the first page at one point in
   * time.
   */
  async *search(
    collection: string,
    query: NativeFind<ElasticsearchFragment>,
    call: Call,
  ): AsyncIterable<Stored> {
    const { where, skip, limit } = query;
    if (where?.onlyId !== undefined) {
      const [one] = await this.stored(collection, [where.onlyId], call);
      if (one !== undefined && one.source.removed !== true && skip === 0) yield one;
      return;
    }
    const index = this.#names.read(collection);
    await this.#freshness.beforeSearch(index);
    const body = {
      query: livingQuery(where),
      sort: query.order?.sort ?? [{ _seq_no: 'asc' }, { id: 'asc' }],
      track_total_hits: false,
      seq_no_primary_term: true,
    };
    yield* this.#pages(index, body, skip, limit ?? Number.POSITIVE_INFINITY, call);
  }

  /** A result of one page is one search; a longer one is read anew at a point in time, so that no page misses a move. */
  async *#pages(index: string, body: object, skip: number, limit: number, call: Call): AsyncIterable<Stored> {
    const wanted = skip + limit;
    const size = Math.min(wanted, firstPage);
    const first = await this.#searchPage(index, { ...body, size }, undefined, call);
    const { hits } = first.hits;
    if (hits.length < size || wanted <= size) yield* hits.slice(skip).map(toStored);
    else yield* this.#longResult(index, body, { skip, wanted, size: nextSize(hits) }, call);
  }

  async *#longResult(
    index: string,
    body: object,
    { skip, wanted, size }: { readonly skip: number; readonly wanted: number; readonly size: number },
    call: Call,
  ): AsyncIterable<Stored> {
    let pit = await this.#openPit(index, call);
    if (pit === undefined) return;
    let page = { ...body, size };
    let seen = 0;
    try {
      for (;;) {
        const answer = await this.#searchPage(index, page, pit, call);
        pit = answer.pit_id ?? pit;
        const { hits } = answer.hits;
        for (const hit of hits) {
          seen += 1;
          if (seen > skip) yield toStored(hit);
          if (seen === wanted) return;
        }
        const last = hits.at(-1);
        if (last?.sort === undefined || hits.length < page.size) return;
        page = { ...body, size: Math.min(wanted - seen, nextSize(hits)), ...{ search_after: last.sort } };
      }
    } finally {
      await this.#closePit(pit);
    }
  }

  async #searchPage(index: string, page: object, pit: string | undefined, call: Call): Promise<SearchAnswer> {
    if (pit !== undefined) {
      const body = { ...page, pit: { id: pit, keep_alive: pitKeepAlive } };
      const search = {
        method: 'POST',
        path: '/_search',
        query: wholeResults,
        body,
        repeatable: true,
      } as const;
      return this.#connection.request(search, call);
    }
    const path = `/${encodeURIComponent(index)}/_search`;
    const query = { ignore_unavailable: true, ...wholeResults };
    return this.#connection.request({ method: 'POST', path, query, body: page, repeatable: true }, call);
  }

  async count(collection: string, where: ElasticsearchFragment | undefined, call: Call): Promise<number> {
    if (where?.onlyId !== undefined) {
      const [one] = await this.stored(collection, [where.onlyId], call, ['removed']);
      return one === undefined || one.source.removed === true ? 0 : 1;
    }
    const index = this.#names.read(collection);
    await this.#freshness.beforeSearch(index);
    return this.countNow(index, livingQuery(where), call);
  }

  /** As far as the index has been refreshed. */
  async countNow(index: string, query: JsonObject, call: Call): Promise<number> {
    const path = `/${encodeURIComponent(index)}/_count`;
    const answer = await this.#connection.request<CountAnswer>(
      { method: 'POST', path, query: { ignore_unavailable: true }, body: { query }, repeatable: true },
      call,
    );
    if (answer._shards.failed > 0)
      throw new ServiceError('CONNECTION_ERROR', 'a part of the collection is not available');
    return answer.count;
  }

  async #openPit(index: string, call: Call): Promise<string | undefined> {
    const path = `/${encodeURIComponent(index)}/_pit`;
    const query = { keep_alive: pitKeepAlive, ignore_unavailable: true };
    const answer = await this.#connection.request<{ readonly id?: string }>(
      { method: 'POST', path, query, repeatable: true },
      call,
    );
    return answer.id;
  }

  async #closePit(id: string): Promise<void> {
    const request = { method: 'DELETE', path: '/_pit', body: { id }, repeatable: true } as const;
    // It ends by itself when nobody uses it any more.
    await this.#connection.request(request, backgroundCall(5000)).catch(() => undefined);
  }
}

function toStored({ _seq_no, _primary_term, _source }: Hit): Stored {
  return { seqNo: _seq_no, primaryTerm: _primary_term, source: _source };
}

/** As many documents as the last page's make up a good answer. */
function nextSize(hits: readonly Hit[]): number {
  const sample = hits.slice(0, 20);
  const characters = sample.reduce((sum, hit) => sum + JSON.stringify(hit._source).length, 0);
  const average = Math.max(1, characters / Math.max(1, sample.length));
  return Math.max(1, Math.min(largestPage, Math.floor(pageCharacters / average)));
}
