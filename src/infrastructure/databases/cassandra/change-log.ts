import type { Call } from '../../../application/ports/call.ts';
import type { ServiceError } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { positionGone, positionRefusal } from '../position-refusal.ts';
import type { CassandraConnection, Statement } from './cassandra-connection.ts';
import { tableOf } from './cassandra-layout.ts';
import { type CassandraLedger, maxAge } from './cassandra-ledger.ts';
import type { CassandraReader } from './cassandra-reader.ts';
import { type AnnouncedChange, rowMicroseconds, shards } from './change-announcer.ts';
import { bucketOf, bucketOfTime, microsecondsOf } from './change-clock.ts';
import { type ChangeState, ReadMarks } from './change-marks.ts';
import { mapLimited } from './map-limited.ts';

/** An announced change as it is read; see `Announcement`. */
export interface LoggedChange extends AnnouncedChange {
  readonly data: JsonObject | null;
  readonly metadata: JsonObject | null;
  readonly state: ChangeState;
}

interface LogRow {
  readonly name: string;
  readonly changes: string;
  readonly bodies: string;
}

const rowsPerShard = 50;
const rowsPerPage = 1000;
const judgedAtOnce = 16;
/** So long a writer may still be at it. */
const writingMs = 5000;

/** Reads announced changes, and finds out about those of which their writer said nothing. */
export class ChangeLog {
  readonly #connection: CassandraConnection;
  readonly #ledger: CassandraLedger;
  readonly #reader: CassandraReader;
  readonly #log: string;
  readonly #marks: string;

  constructor(connection: CassandraConnection, ledger: CassandraLedger, reader: CassandraReader) {
    this.#connection = connection;
    this.#ledger = ledger;
    this.#reader = reader;
    this.#log = tableOf(connection.options, 'change_log');
    this.#marks = tableOf(connection.options, 'change_marks');
  }

  /**
   * Changes after `from` up to `to`, in order; `until` is how far they are complete.
   * @throws INVALID_REQUEST when what followed `from` is no longer kept.
   */
  async between(
    from: string,
    to: string,
    call: Call,
  ): Promise<{ readonly changes: readonly LoggedChange[]; readonly until: string }> {
    if (from >= to) return { changes: [], until: from };
    const oldest = Date.now() * 1000 - this.#connection.options.changeFeed.keepSeconds * 1_000_000;
    if (microsecondsOf(from) < oldest) throw noLongerKept(oldest, microsecondsOf(to));
    for (let bucket = bucketOf(from); bucket <= bucketOf(to); bucket += 1) {
      const { changes, end } = await this.#bucket(bucket, from, to, call);
      if (changes.length > 0) return { changes, until: end };
    }
    return { changes: [], until: to };
  }

  /** The changes with what became of them; `open`: the writer may still be at it. */
  async judged(changes: readonly LoggedChange[], call: Call): Promise<readonly LoggedChange[]> {
    const before = Date.now() - writingMs;
    const unknown = changes.filter(
      ({ state, change }) => state === 'open' && microsecondsOf(change) / 1000 < before,
    );
    const [first] = unknown;
    if (first === undefined) return changes;
    // The documents first: whoever changes one later has announced it from a state that is looked for afterwards.
    const states = await mapLimited(unknown, judgedAtOnce, (one) => this.#stateNow(one, call));
    const related = await this.#announcedSince(bucketOf(first.change) - 1, call);
    const text = `INSERT INTO ${this.#marks} (bucket, subject, state) VALUES (?, ?, ?)`;
    const judged = new Map<string, ChangeState>();
    await mapLimited(unknown, judgedAtOnce, async (one, at) => {
      const state = hasHappened(one, states[at], related.get(placeOf(one)) ?? []) ? 'done' : 'lost';
      const values = [bucketOf(one.change), one.change, state];
      await this.#connection.run({ text, values }, call, { idempotent: true });
      judged.set(one.change, state);
    });
    return changes.map((one) => ({ ...one, state: judged.get(one.change) ?? one.state }));
  }

  /** The name of the change that the document is at; undefined: there is none. */
  async #stateNow({ collection, id }: LoggedChange, call: Call): Promise<string | undefined> {
    const entry = await this.#ledger.find(collection, maxAge.reading, call);
    return entry && (await this.#reader.storedNow(entry, id, call))?.change;
  }

  /** The marks first: what they say of a change was written down before them. */
  async #bucket(
    bucket: number,
    from: string,
    to: string,
    call: Call,
  ): Promise<{ readonly changes: readonly LoggedChange[]; readonly end: string }> {
    const marks = await this.#readMarks(bucket, from, call);
    const parts = await Promise.all(shards.map((shard) => this.#shard(bucket, shard, from, to, call)));
    const end = parts.map((part) => part.end).toSorted()[0] ?? to;
    const changes = parts
      .flatMap(({ rows }) => rows)
      .flatMap((row) => changesOf(row, marks))
      .filter(({ change }) => change > from && change <= end)
      .sort((a, b) => (a.change < b.change ? -1 : 1));
    return { changes, end };
  }

  /** Rows up to one that starts behind `from`, at least; `end` is how far they hold everything. */
  async #shard(bucket: number, shard: number, from: string, to: string, call: Call) {
    const text = `SELECT name, changes, bodies FROM ${this.#log} WHERE bucket = ? AND shard = ? AND name > ? AND name < ?`;
    const least = String(Math.max(0, microsecondsOf(from) - rowMicroseconds)).padStart(17, '0');
    const statement = { text, values: [bucket, shard, least, to] };
    const rows: LogRow[] = [];
    let next: string | undefined;
    do {
      const page = await this.#connection.page(statement, rowsPerShard, next, call);
      rows.push(...(page.rows as unknown as readonly LogRow[]));
      next = page.next;
    } while (next !== undefined && (rows.at(-1)?.name ?? '') <= from);
    return { rows, end: next === undefined ? to : (rows.at(-1)?.name ?? to) };
  }

  async #readMarks(bucket: number, from: string, call: Call): Promise<ReadMarks> {
    const text = `SELECT subject, state FROM ${this.#marks} WHERE bucket = ? AND subject > ?`;
    const rows = await Array.fromAsync(this.#all({ text, values: [bucket, from] }, call));
    return new ReadMarks(rows as unknown as readonly { readonly subject: string; readonly state: string }[]);
  }

  /** What has been announced from a bucket on, by document. */
  async #announcedSince(first: number, call: Call): Promise<ReadonlyMap<string, readonly AnnouncedChange[]>> {
    const text = `SELECT changes FROM ${this.#log} WHERE bucket = ? AND shard = ?`;
    const found: AnnouncedChange[] = [];
    const last = bucketOfTime(Date.now() * 1000) + 1;
    for (let bucket = first; bucket <= last; bucket += 1)
      await Promise.all(
        shards.map(async (shard) => {
          for await (const row of this.#all({ text, values: [bucket, shard] }, call))
            found.push(...(JSON.parse(String(row.changes)) as readonly AnnouncedChange[]));
        }),
      );
    return Map.groupBy(found, placeOf);
  }

  async *#all(statement: Statement, call: Call): AsyncIterable<Readonly<Record<string, unknown>>> {
    let next: string | undefined;
    do {
      const page = await this.#connection.page(statement, rowsPerPage, next, call);
      yield* page.rows;
      next = page.next;
    } while (next !== undefined);
  }
}

/**
 * An announcement names the state of the document that it starts from (`base`) and the one it leads to (`outcome`).
 * Whoever announces from a state has seen it: so a state has been reached when the document is there, or when another
 * announcement starts there. A removal, which leads nowhere, has happened when the document has left its base and
 * no change that has happened starts from there.
 */
function hasHappened(
  one: AnnouncedChange,
  now: string | undefined,
  related: readonly AnnouncedChange[],
): boolean {
  const reached = (state: string): boolean => now === state || related.some(({ base }) => base === state);
  if (one.outcome !== null) return reached(one.outcome);
  if (now !== undefined && now === one.base) return false;
  return !related.some(({ base, outcome }) => base === one.base && outcome !== null && reached(outcome));
}

/** @param oldest @param latest microseconds since the epoch. */
function noLongerKept(oldest: number, latest: number): ServiceError {
  const positionOf = (time: number): string => `${String(time).padStart(17, '0')}-${'0'.repeat(12)}`;
  return positionRefusal(positionGone, { oldest: positionOf(oldest), latest: positionOf(latest) });
}

function placeOf({ collection, id }: AnnouncedChange): string {
  return `${collection} ${id}`;
}

function changesOf(row: LogRow, marks: ReadMarks): readonly LoggedChange[] {
  const bodies = JSON.parse(row.bodies) as readonly (readonly [JsonObject, JsonObject] | null)[];
  return (JSON.parse(row.changes) as readonly AnnouncedChange[]).map((change, at) => {
    const [data = null, metadata = null] = bodies[at] ?? [];
    return { ...change, data, metadata, state: marks.stateOf(change.change) };
  });
}
