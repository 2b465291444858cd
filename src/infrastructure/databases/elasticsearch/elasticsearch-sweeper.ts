import type { Call } from '../../../application/ports/call.ts';
import type { DocumentId } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { sortKey } from '../../../domain/evaluation/sort-key.ts';
import { backgroundCall } from '../background-call.ts';
import type { ElasticsearchDatabase } from './elasticsearch-database.ts';
import type { CollectionState } from './elasticsearch-ledger.ts';
import { relayLeftBehind } from './elasticsearch-left-behind.ts';
import { bracket, tokenPath } from './elasticsearch-tokens.ts';
import { toDocument } from './elasticsearch-values.ts';
import { modifyDocuments } from './elasticsearch-writer.ts';

export interface SweeperOptions {
  readonly interval: number;
  /** How long changes stay in the log. */
  readonly changeAge: number;
}

const day = 86_400_000;
const expiryBatch = 500;
const firstSweepMs = 5_000;

/** In the background: expired documents, changes that an ended process did not log, the log's own old entries. */
export class ElasticsearchSweeper {
  readonly #database: ElasticsearchDatabase;
  readonly #options: SweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(database: ElasticsearchDatabase, options: SweeperOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** The first round comes soon, for what the process before this one left. */
  start(delay = Math.min(firstSweepMs, this.#options.interval)): void {
    this.#timer ??= setTimeout(() => {
      this.#running = this.sweep()
        .catch(() => undefined)
        .then(() => {
          this.#timer = undefined;
          if (!this.#stopped) this.start(this.#options.interval);
        });
    }, delay).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** One round over everything. */
  async sweep(): Promise<void> {
    const call = backgroundCall(this.#options.interval + 60_000);
    for (const state of await this.#database.ledger.list(call)) {
      if (this.#stopped) return;
      await relayLeftBehind(this.#database, state, call);
      for (const { definition } of state.indexes) await this.#expire(state, definition, call);
    }
    await this.#prune(call);
  }

  async #prune(call: Call): Promise<void> {
    const { connection, names } = this.#database;
    const before = new Date(Date.now() - this.#options.changeAge).toISOString();
    const query = { conflicts: 'proceed', ignore_unavailable: true };
    const body = { query: { range: { occurred_at: { lt: before } } } };
    const path = `/${names.outbox}/_delete_by_query`;
    await connection.request({ method: 'POST', path, query, body, repeatable: true }, call);
  }

  /**
   * Removes documents of a TTL index whose date is older than it allows, as changes like any other. RFC 3339 texts sort
   * by time but for their time zones, so a day more is read and each date is looked at.
   */
  async #expire(state: CollectionState, index: IndexDefinition, call: Call): Promise<void> {
    const path = index.keys[0]?.path;
    const at = path && tokenPath(path);
    if (path === undefined || at === undefined || index.expireAfterSeconds === undefined) return;
    const latest = Date.now() - index.expireAfterSeconds * 1000;
    const [from] = bracket(at, 'text');
    const until = from + new Date(latest + day).toISOString();
    const where = { query: { range: { tokens: { gte: `${from}0`, lt: until } } } };
    const found = this.#database.reader.search(
      state.name,
      { where, order: undefined, skip: 0, limit: undefined },
      call,
    );
    let expired: { readonly id: DocumentId; readonly version: number }[] = [];
    for await (const { source } of found) {
      const [date] = sortKey(flatView(toDocument(state.name, source)), [{ path, direction: 1 }]);
      if (typeof date === 'string' && Date.parse(date) <= latest) expired.push(source);
      if (expired.length < expiryBatch) continue;
      await this.#remove(state, expired, call);
      expired = [];
    }
    await this.#remove(state, expired, call);
  }

  async #remove(
    { name }: CollectionState,
    expired: readonly { readonly id: DocumentId; readonly version: number }[],
    call: Call,
  ): Promise<void> {
    const removals = expired.map(({ id, version }) => ({
      id,
      change: { kind: 'remove' } as const,
      expectedVersion: version,
      where: undefined,
      insert: undefined,
    }));
    if (removals.length > 0) await modifyDocuments(this.#database, name, removals, call, false);
  }
}
