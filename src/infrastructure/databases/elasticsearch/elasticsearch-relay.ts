import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../../../application/ports/call.ts';
import { backgroundCall } from './background-call.ts';
import { type BulkItem, runBulk } from './elasticsearch-bulk.ts';
import type { ElasticsearchConnection } from './elasticsearch-connection.ts';
import type { ElasticsearchNames } from './elasticsearch-names.ts';
import type { StoredChange } from './elasticsearch-values.ts';

/** A removed document that goes once the change log has its removal. */
export interface Tombstone {
  /** The alias or index in which it stands. */
  readonly index: string;
  readonly id: string;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

interface Entry {
  readonly change: StoredChange;
  readonly tombstone: Tombstone | undefined;
}

const batch = 500;
/** Writers wait when so many changes are on their way. */
const mostWaiting = 5000;
const mostRemembered = 50_000;
const retryAfterMs = 500;

/**
 * Carries changes into the change log, in the order in which this process made them. Until then a document holds its
 * last change itself: see docs/decisions/elasticsearch-layout.md.
 */
export class ElasticsearchRelay {
  readonly #connection: ElasticsearchConnection;
  readonly #names: ElasticsearchNames;
  #waiting: Entry[] = [];
  readonly #removing = new Set<string>();
  readonly #relayed = new Set<string>();
  #running: Promise<void> | undefined;
  readonly #listeners = new Set<() => void>();
  #closed = false;

  constructor(connection: ElasticsearchConnection, names: ElasticsearchNames) {
    this.#connection = connection;
    this.#names = names;
  }

  add(changes: readonly StoredChange[], tombstone?: Tombstone): void {
    for (const [i, change] of changes.entries()) {
      const last = i === changes.length - 1;
      this.#waiting.push({ change, tombstone: last ? tombstone : undefined });
    }
    if (tombstone !== undefined) this.#removing.add(`${tombstone.index}\0${tombstone.id}`);
    this.#running ??= this.#run();
  }

  /** Whether a removal of this process is on its way. */
  isRemoving(index: string, id: string): boolean {
    return this.#removing.has(`${index}\0${id}`);
  }

  knows(eventId: string): boolean {
    return this.#relayed.has(eventId);
  }

  /** Waits while too many changes are on their way. */
  async room(): Promise<void> {
    if (this.#waiting.length > mostWaiting) await this.#running;
  }

  /** Waits until what was added is in the log. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Puts changes into the log now; those that it has already are left as they are. */
  async ensure(changes: readonly StoredChange[], call: Call): Promise<void> {
    const missing = changes.filter((change) => !this.knows(change.eventId));
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
      await runBulk(this.#connection, index, items, { require_alias: true }, call);
    }
  }

  /** Calls back when changes have come into the log; the answer ends that. */
  onRelayed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Gives what is on its way a few seconds; what is left is found in the documents by the next process. */
  async close(): Promise<void> {
    await Promise.race([this.idle(), delay(5000, undefined, { ref: false })]);
    this.#closed = true;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closed) {
      const entries = this.#waiting.slice(0, batch);
      try {
        const call = backgroundCall();
        await this.ensure(
          entries.map((entry) => entry.change),
          call,
        );
        await this.purge(
          entries.flatMap((entry) => entry.tombstone ?? []),
          call,
        );
        this.#waiting = this.#waiting.slice(entries.length);
        for (const { tombstone } of entries)
          if (tombstone !== undefined) this.#removing.delete(`${tombstone.index}\0${tombstone.id}`);
      } catch {
        await delay(retryAfterMs, undefined, { ref: false });
      }
    }
    this.#running = undefined;
  }

  #remember(eventId: string): void {
    this.#relayed.add(eventId);
    if (this.#relayed.size <= mostRemembered) return;
    const [oldest] = this.#relayed;
    if (oldest !== undefined) this.#relayed.delete(oldest);
  }
}
