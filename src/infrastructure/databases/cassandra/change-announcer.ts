import { types } from 'cassandra-driver';
import type { Document } from '../../../domain/document/document.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import { backgroundCall } from '../background-call.ts';
import type { CassandraConnection, Statement } from './cassandra-connection.ts';
import { tableOf } from './cassandra-layout.ts';
import { microsecondsOf } from './change-clock.ts';

/** A change that is about to be made. */
export interface Announcement {
  /** Its name, unique and in the order of time. */
  readonly change: string;
  readonly kind: ChangeEvent['kind'];
  /** The document after the change; for a removal, before it. */
  readonly document: Document;
  /** The change that the document must still be at for this one to happen; null: there must be no document. */
  readonly base: string | null;
  /** The change that the document is at when it has happened; null: there is no document then. */
  readonly outcome: string | null;
  readonly occurredAt: string;
}

/** Changes are spread over partitions of a minute and one of these shards; a process writes to one. */
export const shards = [0, 1, 2, 3] as const;
export const bucketMicroseconds = 60_000_000;
const maxPerBatch = 64;
const maxInFlight = 2;
const noteAfterMs = 50;
const longestMs = 10_000;
const maxBatchCharacters = 1_000_000;

export function bucketOf(change: string): number {
  return Math.floor(microsecondsOf(change) / bucketMicroseconds);
}

interface Waiting {
  readonly statement: Statement;
  readonly bucket: number;
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes down what is about to happen before it happens, and afterwards that it did, so that no crash loses a change
 * between document and change feed; see docs/decisions. Announcements of one turn of the event loop travel together.
 */
export class ChangeAnnouncer {
  readonly #connection: CassandraConnection;
  readonly #shard = shards[Math.floor(Math.random() * shards.length)] ?? 0;
  readonly #table: string;
  #waiting: Waiting[] = [];
  #inFlight = 0;
  #scheduled = false;
  #notes: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: CassandraConnection) {
    this.#connection = connection;
    this.#table = tableOf(connection.options, 'changes');
  }

  get enabled(): boolean {
    return this.#connection.options.changeFeed.enabled;
  }

  /**
   * Resolves when the announcements are durable: `false` when that took so long that the feed may have passed their time
   * already; then the changes must not be made under these names.
   */
  async announce(announcements: readonly Announcement[]): Promise<boolean> {
    if (!this.enabled) return true;
    await Promise.all(announcements.map((one) => this.#add(this.#insertion(one), bucketOf(one.change))));
    const lease = (this.#connection.options.changeFeed.delayMs * 1000) / 2;
    return announcements.every(({ change }) => Date.now() * 1000 - microsecondsOf(change) < lease);
  }

  /** Notes what became of announcements, in the background: a note that gets lost costs the feed a look at the document. */
  settle(announcements: readonly Announcement[], state: 'done' | 'lost'): void {
    if (!this.enabled) return;
    const text = `UPDATE ${this.#table} SET state = ? WHERE bucket = ? AND shard = ? AND change = ?`;
    for (const { change } of announcements) {
      const bucket = bucketOf(change);
      const statement = { text, values: [state, bucket, this.#shard, change] };
      this.#notes.push({ statement, bucket, size: 100, resolve: ignore, reject: ignore });
    }
    this.#timer ??= setTimeout(() => void this.#writeNotes(), noteAfterMs);
  }

  async close(): Promise<void> {
    await this.#writeNotes();
  }

  async #writeNotes(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const notes = this.#notes;
    this.#notes = [];
    await Promise.all(batches(notes).map((batch) => this.#send(batch)));
  }

  #insertion({ change, kind, document, base, outcome, occurredAt }: Announcement): Statement {
    const removed = kind === 'deleted';
    return {
      text: `INSERT INTO ${this.#table} (bucket, shard, change, collection, id, kind, version, base, outcome, data, metadata, occurred_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      values: [
        bucketOf(change),
        this.#shard,
        change,
        document.collection,
        document.id,
        kind,
        document.version,
        base ?? types.unset,
        outcome ?? types.unset,
        removed ? types.unset : document.data.text,
        removed ? types.unset : JSON.stringify(document.metadata),
        occurredAt,
      ],
    };
  }

  #add(statement: Statement, bucket: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const size = statement.values.reduce<number>(
        (total, value) => total + (typeof value === 'string' ? value.length : 8),
        0,
      );
      this.#waiting.push({ statement, bucket, size, resolve, reject });
      this.#schedule();
    });
  }

  /** Few at a time: what comes meanwhile gathers, so that the busier the process, the less an announcement costs. */
  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#inFlight >= maxInFlight) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const batch of batches(waiting)) {
        this.#inFlight += 1;
        void this.#send(batch).finally(() => {
          this.#inFlight -= 1;
          this.#schedule();
        });
      }
    });
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    const unbound = backgroundCall(longestMs);
    try {
      await this.#connection.batch(
        batch.map((one) => one.statement),
        unbound,
        { logged: false },
      );
      for (const one of batch) one.resolve();
    } catch (error) {
      for (const one of batch) one.reject(error);
    }
  }
}

function ignore(): void {
  // A note that gets lost costs the feed a look at the document.
}

/** Of one partition each, and not too large. */
function batches(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const done: Waiting[][] = [];
  const open = new Map<number, { readonly items: Waiting[]; size: number }>();
  for (const one of waiting) {
    const current = open.get(one.bucket);
    if (
      current !== undefined &&
      current.items.length < maxPerBatch &&
      current.size + one.size <= maxBatchCharacters
    ) {
      current.items.push(one);
      current.size += one.size;
    } else {
      const items = [one];
      done.push(items);
      open.set(one.bucket, { items, size: one.size });
    }
  }
  return done;
}
