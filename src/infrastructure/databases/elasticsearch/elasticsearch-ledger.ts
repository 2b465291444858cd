import { pause } from '../../../application/execution/pause.ts';
import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { ElasticsearchConnection } from './elasticsearch-connection.ts';
import { causeOf, statusOf, toServiceError } from './elasticsearch-errors.ts';
import {
  type IndexRecord,
  parseRecord,
  type StoredRecord,
  storedRecord,
} from './elasticsearch-index-record.ts';
import { collectionMapping, collectionSettings, ownIndex } from './elasticsearch-mapping.ts';
import type { ElasticsearchNames } from './elasticsearch-names.ts';
import type { ElasticsearchOptions } from './elasticsearch-options.ts';

/** A collection as the ledger knows it. */
export interface CollectionState {
  readonly name: string;
  /** The index behind the aliases. */
  readonly concrete: string;
  /** Counts the changes of the indexes; the alias for writes names it. */
  readonly revision: number;
  readonly indexes: readonly IndexRecord[];
  readonly seqNo: number;
  readonly primaryTerm: number;
}

interface LedgerSource {
  readonly name: string;
  readonly concrete: string;
  readonly revision: number;
  readonly indexes: readonly StoredRecord[];
}
interface LedgerHit {
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly _source: LedgerSource;
}

/** How long a read may go by what was known of a collection; writes are refused when it has changed. */
const knownForMs = 1000;
const longestId = 255;

/** Which collections there are, their indexes, and what stands behind their aliases. */
export class ElasticsearchLedger {
  readonly #connection: ElasticsearchConnection;
  readonly #names: ElasticsearchNames;
  readonly #options: ElasticsearchOptions;
  readonly #known = new Map<string, { readonly state: CollectionState | undefined; readonly at: number }>();
  #own: Promise<void> | undefined;

  constructor(connection: ElasticsearchConnection, names: ElasticsearchNames, options: ElasticsearchOptions) {
    this.#connection = connection;
    this.#names = names;
    this.#options = options;
  }

  /** Undefined: there is no such collection. */
  async state(collection: string, call: Call): Promise<CollectionState | undefined> {
    const known = this.#known.get(collection);
    if (known !== undefined && Date.now() - known.at < knownForMs) return known.state;
    return this.look(collection, call);
  }

  /** As `state`, but asks. */
  async look(collection: string, call: Call): Promise<CollectionState | undefined> {
    const at = Date.now();
    const state = await this.#read(collection, call);
    this.#remember(collection, state, at);
    return state;
  }

  async demand(collection: string, call: Call): Promise<CollectionState> {
    const state = await this.look(collection, call);
    if (state !== undefined) return state;
    throw new ServiceError('COLLECTION_NOT_FOUND', `the collection ${collection} does not exist`, {
      collection,
    });
  }

  forget(collection: string): void {
    this.#known.delete(collection);
  }

  async list(call: Call): Promise<readonly CollectionState[]> {
    const path = `/${this.#names.ledger}`;
    const query = { ignore_unavailable: true };
    await this.#connection.request(
      { method: 'POST', path: `${path}/_refresh`, query, repeatable: true },
      call,
    );
    const body = { size: 10_000, query: { match_all: {} }, seq_no_primary_term: true };
    const answer = await this.#connection.request<{ hits: { hits: readonly LedgerHit[] } }>(
      { method: 'POST', path: `${path}/_search`, query, body, repeatable: true },
      call,
    );
    return answer.hits.hits.map(stateOf);
  }

  /**
   * Makes a collection that does not exist, and what is missing of one that does: the entry of the ledger decides, so
   * that two processes at once, or one after another's end, make the same index.
   */
  async ensure(collection: string, call: Call): Promise<CollectionState> {
    const existing = await this.look(collection, call);
    if (existing === undefined) await this.create(collection, call);
    else await this.#build(existing, call);
    return this.demand(collection, call);
  }

  /** False when it exists. */
  async create(collection: string, call: Call): Promise<boolean> {
    await this.prepare(call);
    const concrete = this.#names.concrete(collection);
    const state = { name: collection, concrete, revision: 1, indexes: [], seqNo: 0, primaryTerm: 0 };
    const created = await this.#put(state, { op_type: 'create' }, call);
    this.forget(collection);
    if (created) await this.#build(state, call);
    return created;
  }

  /** Writes a changed state down and moves the alias for writes; false when somebody else changed it meanwhile. */
  async change(state: CollectionState, indexes: readonly IndexRecord[], call: Call): Promise<boolean> {
    const next = { ...state, indexes, revision: state.revision + 1 };
    const condition = { if_seq_no: state.seqNo, if_primary_term: state.primaryTerm };
    const changed = await this.#put(next, condition, call);
    this.forget(state.name);
    if (changed) await this.#pointAliases(next, call);
    return changed;
  }

  /** Nothing changes for writers, so their alias stays. */
  async markReady(collection: string, name: string, call: Call): Promise<void> {
    for (;;) {
      const state = await this.demand(collection, call);
      const indexes = state.indexes.map((index) =>
        index.definition.name === name ? { ...index, state: 'ready' as const } : index,
      );
      const condition = { if_seq_no: state.seqNo, if_primary_term: state.primaryTerm };
      if (await this.#put({ ...state, indexes }, condition, call)) return this.forget(collection);
      await pause(1, call);
    }
  }

  async drop(state: CollectionState, call: Call): Promise<void> {
    const path = `/${this.#names.ledger}/_doc/${encodeURIComponent(state.name)}`;
    await this.#ignoring([404], () =>
      this.#connection.send({ method: 'DELETE', path, repeatable: true }, call),
    );
    await this.#ignoring([404], () =>
      this.#connection.send(
        { method: 'DELETE', path: `/${encodeURIComponent(state.concrete)}`, repeatable: true },
        call,
      ),
    );
    this.forget(state.name);
  }

  /** Makes our own indexes; once in a process. */
  prepare(call: Call): Promise<void> {
    this.#own ??= this.#prepare(call).catch((error: unknown) => {
      this.#own = undefined;
      throw error;
    });
    return this.#own;
  }

  async #prepare(call: Call): Promise<void> {
    const keyword = { type: 'keyword' };
    const own = [
      [this.#names.ledger, { name: keyword }],
      [this.#names.keys, { collection: keyword, index: keyword, owner: keyword }],
      [this.#names.outbox, { collection: keyword, occurred_at: keyword }],
    ] as const;
    for (const [name, properties] of own)
      await this.#createIndex(name, ownIndex(properties, this.#options), call);
  }

  async #build(state: CollectionState, call: Call): Promise<void> {
    const body = { settings: collectionSettings(this.#options), mappings: collectionMapping() };
    await this.#createIndex(state.concrete, body, call);
    await this.#pointAliases(state, call);
  }

  /** The aliases of the collection lead to its index alone, whatever an interrupted process left. */
  async #pointAliases({ name, concrete, revision }: CollectionState, call: Call): Promise<void> {
    const read = this.#names.read(name);
    const write = this.#names.write(concrete, revision);
    const actions = [
      { remove: { index: `${read}~~*`, aliases: [read, `${read}@*`], must_exist: false } },
      { add: { index: concrete, aliases: [read, write] } },
    ];
    const path = '/_aliases';
    await this.#connection.request({ method: 'POST', path, body: { actions }, repeatable: true }, call);
  }

  async #createIndex(name: string, body: object, call: Call): Promise<void> {
    try {
      const path = `/${encodeURIComponent(name)}`;
      await this.#connection.send({ method: 'PUT', path, body, repeatable: true }, call);
    } catch (error) {
      if (causeOf(error)?.type !== 'resource_already_exists_exception') throw toServiceError(error);
    }
  }

  async #put(
    state: CollectionState,
    condition: Readonly<Record<string, string | number>>,
    call: Call,
  ): Promise<boolean> {
    const { name, concrete, revision, indexes } = state;
    const body = { name, concrete, revision, indexes: indexes.map(storedRecord) };
    const path = `/${this.#names.ledger}/_doc/${encodeURIComponent(name)}`;
    const request = { method: 'PUT', path, query: condition, body, repeatable: false } as const;
    return this.#ignoring([409], () => this.#connection.send(request, call));
  }

  async #read(collection: string, call: Call): Promise<CollectionState | undefined> {
    const path = `/${this.#names.ledger}/_doc/${encodeURIComponent(collection)}`;
    if (collection.length > longestId) return undefined;
    let hit: LedgerHit | undefined;
    await this.#ignoring([404], async () => {
      hit = await this.#connection.send<LedgerHit>({ method: 'GET', path, repeatable: true }, call);
    });
    return hit && stateOf(hit);
  }

  /** False when Elasticsearch answered with one of these statuses. */
  async #ignoring(statuses: readonly number[], run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (statuses.includes(statusOf(error) ?? 0)) return false;
      throw toServiceError(error);
    }
  }

  #remember(collection: string, state: CollectionState | undefined, at: number): void {
    if (this.#known.size >= 10_000) this.#known.clear();
    this.#known.set(collection, { state, at });
  }
}

function stateOf({ _source, _seq_no, _primary_term }: LedgerHit): CollectionState {
  const indexes = _source.indexes.map(parseRecord);
  return { ..._source, indexes, seqNo: _seq_no ?? 0, primaryTerm: _primary_term ?? 0 };
}
