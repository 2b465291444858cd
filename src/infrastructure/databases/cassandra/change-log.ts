import type { Call } from '../../../application/ports/call.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import type { CassandraConnection } from './cassandra-connection.ts';
import { tableOf } from './cassandra-layout.ts';
import { type CassandraLedger, maxAge } from './cassandra-ledger.ts';
import type { CassandraReader } from './cassandra-reader.ts';
import { bucketMicroseconds, bucketOf, shards } from './change-announcer.ts';
import { microsecondsOf } from './change-clock.ts';

/** An announced change as it is stored; see `Announcement`. */
export interface ChangeRow {
  readonly bucket: unknown;
  readonly shard: number;
  readonly change: string;
  readonly collection: string;
  readonly id: string;
  readonly kind: ChangeEvent['kind'];
  readonly version: number;
  readonly base: string | null;
  readonly outcome: string | null;
  readonly state: 'done' | 'lost' | null;
  readonly data: string | null;
  readonly metadata: string | null;
  readonly occurred_at: string;
}

const perShard = 200;
/** So long a writer may still be at it. */
const writingMs = 5000;

/** Reads announced changes, and finds out about those whose writer left no note. */
export class ChangeLog {
  readonly #connection: CassandraConnection;
  readonly #ledger: CassandraLedger;
  readonly #reader: CassandraReader;
  readonly #table: string;

  constructor(connection: CassandraConnection, ledger: CassandraLedger, reader: CassandraReader) {
    this.#connection = connection;
    this.#ledger = ledger;
    this.#reader = reader;
    this.#table = tableOf(connection.options, 'changes');
  }

  /** Changes after `from` up to `to`, in order; `until` is how far they are complete. */
  async between(
    from: string,
    to: string,
    call: Call,
  ): Promise<{ readonly rows: readonly ChangeRow[]; readonly until: string }> {
    if (from >= to) return { rows: [], until: from };
    const oldest = Date.now() * 1000 - this.#connection.options.changeFeed.keepSeconds * 1_000_000;
    const first = Math.max(bucketOf(from), Math.floor(oldest / bucketMicroseconds));
    for (let bucket = first; bucket <= bucketOf(to); bucket += 1) {
      const { rows, complete } = await this.#bucket(bucket, from, to, call);
      if (rows.length > 0) return { rows, until: complete ? (rows.at(-1)?.change ?? from) : from };
    }
    return { rows: [], until: to };
  }

  /** `unknown`: its writer may still be at it. */
  async stateOf(row: ChangeRow, call: Call): Promise<'done' | 'lost' | 'unknown'> {
    if (row.state !== null) return row.state;
    if (Date.now() - microsecondsOf(row.change) / 1000 < writingMs) return 'unknown';
    const state = (await this.#happened(row, call)) ? 'done' : 'lost';
    const text = `UPDATE ${this.#table} SET state = ? WHERE bucket = ? AND shard = ? AND change = ?`;
    await this.#connection.run({ text, values: [state, row.bucket, row.shard, row.change] }, call);
    return state;
  }

  async #bucket(bucket: number, from: string, to: string, call: Call) {
    const text = `SELECT * FROM ${this.#table} WHERE bucket = ? AND shard = ? AND change > ? AND change < ? LIMIT ${perShard}`;
    const found = await Promise.all(
      shards.map(async (shard) => {
        const rows = await this.#connection.read({ text, values: [bucket, shard, from, to] }, call);
        return rows as unknown as readonly ChangeRow[];
      }),
    );
    const full = found.filter((rows) => rows.length === perShard);
    const ends = full.map((rows) => rows.at(-1)?.change ?? '').sort();
    const end = ends[0] ?? to;
    const rows = found.flat().filter(({ change, kind }) => change <= end && kind !== null);
    return { rows: rows.sort((a, b) => (a.change < b.change ? -1 : 1)), complete: full.length === 0 };
  }

  /**
   * An announcement names the state of the document that it starts from (`base`) and the one it leads to (`outcome`).
   * Whoever announces from a state has seen it: so a state has been reached when the document is there, or when another
   * announcement starts there. A removal, which leads nowhere, has happened when the document has left its base and
   * no change that has happened starts from there.
   */
  async #happened(row: ChangeRow, call: Call): Promise<boolean> {
    const entry = await this.#ledger.find(row.collection, maxAge.reading, call);
    const now = entry && (await this.#reader.storedNow(entry, row.id, call));
    const related = await this.#related(row, call);
    const reached = (state: string): boolean =>
      now?.change === state || related.some(({ base }) => base === state);
    if (row.outcome !== null) return reached(row.outcome);
    if (now !== undefined && now.change === row.base) return false;
    return !related.some(({ base, outcome }) => base === row.base && outcome !== null && reached(outcome));
  }

  /** What was announced for the same document about the same time or later. */
  async #related(row: ChangeRow, call: Call): Promise<readonly ChangeRow[]> {
    const text = `SELECT change, collection, id, base, outcome FROM ${this.#table} WHERE bucket = ? AND shard = ?`;
    const found: ChangeRow[] = [];
    const last = Math.floor((Date.now() * 1000) / bucketMicroseconds) + 1;
    for (let bucket = bucketOf(row.change) - 1; bucket <= last; bucket += 1)
      for (const shard of shards) {
        let next: string | undefined;
        do {
          const page = await this.#connection.page({ text, values: [bucket, shard] }, 1000, next, call);
          for (const one of page.rows as unknown as readonly ChangeRow[])
            if (one.id === row.id && one.collection === row.collection) found.push(one);
          next = page.next;
        } while (next !== undefined);
      }
    return found;
  }
}
