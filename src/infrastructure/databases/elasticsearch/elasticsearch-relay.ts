import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../../../application/ports/call.ts';
import { backgroundCall } from '../background-call.ts';
import { type BulkItem, runBulk } from './elasticsearch-bulk.ts';
import type { ElasticsearchConnection } from './elasticsearch-connection.ts';
import type { ElasticsearchNames } from './elasticsearch-names.ts';
import type { StoredChange } from './elasticsearch-values.ts';

/** A removed document that goes once the change log has its removal. */
export interface Tombstone {
  /** The index in which it stands, not an alias: an id means another document in another index. */
  readonly index: string;
  readonly id: string;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/** What a document's removal left: its place for a conditional write, and the changes that it tells. */
export interface Leftover {
  readonly tombstone: Tombstone;
  readonly changes: readonly StoredChange[];
}

const batch = 500;
/** Writers wait when so many changes are on their way. */
const mostWaiting = 5000;
const mostRemembered = 50_000;
const retryAfterMs = 500;
/** Changes gather so long when nobody watches: few large requests cost the cluster much less than many small ones. */
const gatherMs = 100;
/** Removed documents are taken away so late that an insertion soon after may take their place. */
const purgeAfterMs = 1000;

/**
 * Carries changes into the change log, in the order in which this process made them. Until then a document holds its
 * last change itself: see docs/decisions/elasticsearch-layout.md.
 */
export class ElasticsearchRelay {
  readonly #connection: ElasticsearchConnection;
  readonly #names: ElasticsearchNames;
  #waiting: StoredChange[] = [];
  readonly #leftovers = new Map<string, Leftover>();
  readonly #relayed = new Set<string>();
  readonly #progress = new Map<string, number>();
  #running: Promise<void> | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #purging: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<() => void>();
  #closed = false;

  constructor(connection: ElasticsearchConnection, names: ElasticsearchNames) {
    this.#connection = connection;
    this.#names = names;
  }

  /** @param tombstone what was written in place of the document, when the last change removed it. */
  add(changes: readonly StoredChange[], tombstone?: Tombstone): void {
    this.#waiting.push(...changes);
    if (tombstone !== undefined) {
      this.#leftovers.set(leftoverKey(tombstone.index, tombstone.id), { tombstone, changes });
      this.#purging ??= setTimeout(() => void this.#purgeLeftovers(), purgeAfterMs).unref();
    }
    if (this.#waiting.length >= batch || this.#listeners.size > 0) this.#start();
    else this.#gathering ??= setTimeout(() => this.#start(), gatherMs);
  }

  /** What a removal by this process left under an id, as far as it has not been taken away. */
  leftover(index: string, id: string): Leftover | undefined {
    return this.#leftovers.get(leftoverKey(index, id));
  }

  /** Something else stands in its place, or nothing. */
  forgetLeftover(index: string, id: string): void {
    this.#leftovers.delete(leftoverKey(index, id));
  }

  /** The changes that the log may not have yet, of those that a write is to replace. */
  unlogged(changes: readonly StoredChange[]): readonly StoredChange[] {
    return changes.filter(({ eventId }) => !this.#relayed.has(eventId));
  }

  /** Every change that an index held up to this sequence number is in the log. */
  setProgress(concrete: string, seqNo: number): void {
    this.#progress.set(concrete, seqNo);
  }

  isLogged(concrete: string, seqNo: number): boolean {
    return seqNo <= (this.#progress.get(concrete) ?? -1);
  }

  /** Waits while too many changes are on their way. */
  async room(): Promise<void> {
    if (this.#waiting.length > mostWaiting) await this.#running;
  }

  /** Waits until what was added is in the log. */
  async idle(): Promise<void> {
    this.#start();
    while (this.#running !== undefined) await this.#running;
  }

  /** Puts changes into the log now; those that it has already are left as they are. */
  async ensure(changes: readonly StoredChange[], call: Call): Promise<void> {
    const unlogged = this.unlogged(changes);
    const missing = [...new Map(unlogged.map((change) => [change.eventId, change])).values()];
    if (missing.length === 0) return;
    const items = missing.map(
      (change): BulkItem => ({ kind: 'create', id: change.eventId, source: JSON.stringify(change) }),
    );
    const outcomes = await runBulk(this.#connection, this.#names.outbox, items, {}, call);
    for (const [i, { eventId }] of missing.entries()) {
      const status = outcomes[i]?.status;
      if (status !== 'done' && status !== 'conflict') throw new Error(`the change log took no ${eventId}`);
      this.#remember(eventId);
    }
    for (const wake of this.#listeners) wake();
  }

  /** Takes removed documents out of their index, unless they have been written anew. */
  async purge(tombstones: readonly Tombstone[], call: Call): Promise<void> {
    const byIndex = Map.groupBy(tombstones, (tombstone) => tombstone.index);
    for (const [index, some] of byIndex) {
      const items = some.map(
        ({ id, seqNo, primaryTerm }): BulkItem => ({ kind: 'delete', id, expected: { seqNo, primaryTerm } }),
      );
      await runBulk(this.#connection, index, items, {}, call);
    }
  }

  /** Calls back when changes have come into the log; the answer ends that. */
  onRelayed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Gives what is on its way a few seconds; what is left is found in the documents by the next process. */
  async close(): Promise<void> {
    clearTimeout(this.#purging);
    const rest = this.idle().then(() => this.#purgeLeftovers());
    await Promise.race([rest, delay(5000, undefined, { ref: false })]);
    this.#closed = true;
    clearTimeout(this.#purging);
  }

  #start(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#waiting.length > 0) this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closed) {
      const changes = this.#waiting.slice(0, batch);
      try {
        await this.ensure(changes, backgroundCall());
        this.#waiting = this.#waiting.slice(changes.length);
      } catch {
        await delay(retryAfterMs, undefined, { ref: false });
      }
    }
    this.#running = undefined;
  }

  /** Takes away the removed documents whose removals are logged; the others' turn comes later. */
  async #purgeLeftovers(): Promise<void> {
    const logged = [...this.#leftovers].filter(([, { changes }]) => this.unlogged(changes).length === 0);
    const tombstones = logged.map(([, { tombstone }]) => tombstone);
    await this.purge(tombstones, backgroundCall()).catch(() => undefined);
    for (const [key, leftover] of logged)
      if (this.#leftovers.get(key) === leftover) this.#leftovers.delete(key);
    this.#purging =
      this.#leftovers.size > 0 && !this.#closed
        ? setTimeout(() => void this.#purgeLeftovers(), purgeAfterMs).unref()
        : undefined;
  }

  #remember(eventId: string): void {
    this.#relayed.add(eventId);
    if (this.#relayed.size <= mostRemembered) return;
    const [oldest] = this.#relayed;
    if (oldest !== undefined) this.#relayed.delete(oldest);
  }
}

function leftoverKey(index: string, id: string): string {
  return `${index}\0${id}`;
}
