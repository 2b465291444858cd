import type { Document } from '../../../domain/document/document.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import { backgroundCall } from '../background-call.ts';
import type { CassandraConnection } from './cassandra-connection.ts';
import { tableOf } from './cassandra-layout.ts';
import { bucketOf, microsecondsOf } from './change-clock.ts';
import { ChangeMarks, type ChangeState } from './change-marks.ts';

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

/** What a row says about each of its changes; `data` and `metadata` stand in a column of their own. */
export interface AnnouncedChange {
  readonly change: string;
  readonly kind: ChangeEvent['kind'];
  readonly collection: string;
  readonly id: string;
  readonly version: number;
  readonly base: string | null;
  readonly outcome: string | null;
  readonly occurredAt: string;
}

/** Changes are spread over partitions of a minute and one of these shards; a process writes to one. */
export const shards = [0, 1, 2, 3] as const;
/** How much later than its first change, whose name it has, a row's last one can be. */
export const rowMicroseconds = 100_000;
const maxPerRow = 64;
const maxInFlight = 2;
const longestMs = 10_000;
const maxRowCharacters = 1_000_000;

interface Waiting {
  readonly announcement: Announcement;
  readonly body: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes down what is about to happen before it happens, and afterwards that it did, so that no crash loses a change
 * between document and change feed; see docs/decisions. Announcements that come together become one row.
 */
export class ChangeAnnouncer {
  readonly #connection: CassandraConnection;
  readonly #marks: ChangeMarks;
  readonly #shard = shards[Math.floor(Math.random() * shards.length)] ?? 0;
  readonly #table: string;
  #waiting: Waiting[] = [];
  #inFlight = 0;
  #scheduled = false;

  constructor(connection: CassandraConnection) {
    this.#connection = connection;
    this.#marks = new ChangeMarks(connection);
    this.#table = tableOf(connection.options, 'change_log');
  }

  get enabled(): boolean {
    return this.#connection.options.changeFeed.enabled;
  }

  /** Changes that have just been named, in the order of their names: each has to be settled, whatever becomes of it. */
  begin(announcements: readonly Announcement[]): void {
    if (this.enabled) for (const { change } of announcements) this.#marks.begin(change);
  }

  /**
   * Resolves when the announcements are durable: `false` when that took so long that the feed may have passed their time
   * already; then the changes must not be made under these names.
   */
  async announce(announcements: readonly Announcement[]): Promise<boolean> {
    if (!this.enabled) return true;
    await Promise.all(announcements.map((one) => this.#add(one)));
    const lease = (this.#connection.options.changeFeed.delayMs * 1000) / 2;
    return announcements.every(({ change }) => Date.now() * 1000 - microsecondsOf(change) < lease);
  }

  /** Notes what became of announcements, in the background: a note that gets lost costs the feed a look at the document. */
  settle(announcements: readonly Announcement[], state: ChangeState): void {
    if (this.enabled) for (const { change } of announcements) this.#marks.end(change, state);
  }

  close(): Promise<void> {
    return this.#marks.close();
  }

  #add(announcement: Announcement): Promise<void> {
    const { kind, document } = announcement;
    const body = kind === 'deleted' ? 'null' : `[${document.data.text},${JSON.stringify(document.metadata)}]`;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ announcement, body, resolve, reject });
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
      for (const row of rowsOf(waiting)) {
        this.#inFlight += 1;
        void this.#send(row).finally(() => {
          this.#inFlight -= 1;
          this.#schedule();
        });
      }
    });
  }

  async #send(row: readonly Waiting[]): Promise<void> {
    const name = row[0]?.announcement.change ?? '';
    const text = `INSERT INTO ${this.#table} (bucket, shard, name, changes, bodies) VALUES (?, ?, ?, ?, ?)`;
    const changes = JSON.stringify(row.map(({ announcement }) => announcedChange(announcement)));
    const bodies = `[${row.map(({ body }) => body).join(',')}]`;
    const values = [bucketOf(name), this.#shard, name, changes, bodies];
    try {
      await this.#connection.run({ text, values }, backgroundCall(longestMs), {
        idempotent: true,
        urgent: true,
      });
      for (const one of row) one.resolve();
    } catch (error) {
      for (const one of row) one.reject(error);
    }
  }
}

function announcedChange({
  change,
  kind,
  document: { collection, id, version },
  base,
  outcome,
  occurredAt,
}: Announcement): AnnouncedChange {
  return { change, kind, collection, id, version, base, outcome, occurredAt };
}

/** In the order of their names, rows within one minute, neither long nor large, each called by its first change. */
function rowsOf(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const rows: Waiting[][] = [];
  let characters = 0;
  for (const one of waiting.toSorted((a, b) => (a.announcement.change < b.announcement.change ? -1 : 1))) {
    const row = rows.at(-1);
    const [first] = row ?? [];
    characters += one.body.length;
    if (
      row !== undefined &&
      first !== undefined &&
      row.length < maxPerRow &&
      characters <= maxRowCharacters &&
      bucketOf(first.announcement.change) === bucketOf(one.announcement.change) &&
      microsecondsOf(one.announcement.change) - microsecondsOf(first.announcement.change) <= rowMicroseconds
    )
      row.push(one);
    else {
      rows.push([one]);
      characters = one.body.length;
    }
  }
  return rows;
}
