import type { Call } from '../../../application/ports/call.ts';
import type { Document } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { Modification } from '../../../domain/document/modification.ts';
import { sortKey } from '../../../domain/evaluation/sort-key.ts';
import type { CassandraConnection } from './cassandra-connection.ts';
import type { CassandraFragment } from './cassandra-dialect.ts';
import { type CassandraLedger, type CollectionEntry, maxAge } from './cassandra-ledger.ts';
import type { CassandraReader } from './cassandra-reader.ts';
import type { CassandraWriter } from './cassandra-writer.ts';
import type { DroppedIndexes } from './dropped-indexes.ts';
import { lookupKey } from './lookup-keys.ts';

const day = 86_400_000;
const batch = 100;
const roundMs = 600_000;

/**
 * Removes documents of TTL indexes, and the rows of indexes that were dropped, in the background: not Cassandra's own TTL, which counts from the write and would leave
 * lookups and unique keys behind. Several processes may sweep at once.
 */
export class CassandraSweeper {
  readonly #connection: CassandraConnection;
  readonly #ledger: CassandraLedger;
  readonly #reader: CassandraReader;
  readonly #writer: CassandraWriter;
  readonly #dropped: DroppedIndexes;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    connection: CassandraConnection,
    ledger: CassandraLedger,
    reader: CassandraReader,
    writer: CassandraWriter,
    dropped: DroppedIndexes,
  ) {
    this.#connection = connection;
    this.#ledger = ledger;
    this.#reader = reader;
    this.#writer = writer;
    this.#dropped = dropped;
  }

  /** @param interval milliseconds between two rounds. */
  start(interval: number): void {
    if (interval <= 0 || this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      if (!this.#connection.isOpen) return;
      this.#running = this.#running.then(() => this.sweep(new Date())).catch(() => undefined);
    }, interval).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#running;
  }

  /** One round over everything that has gone by `now`. */
  async sweep(now: Date): Promise<void> {
    const call = { signal: this.#stop.signal, requestId: 'sweeper', deadline: Date.now() + roundMs };
    await this.#dropped.clear(now, call);
    for (const name of await this.#ledger.names(call)) {
      const entry = await this.#ledger.find(name, maxAge.reading, call);
      for (const { definition, state } of entry?.indexes ?? [])
        if (entry !== undefined && state === 'ready') await this.#expire(entry, definition, now, call);
    }
  }

  async #expire(entry: CollectionEntry, index: IndexDefinition, now: Date, call: Call): Promise<void> {
    const { expireAfterSeconds, keys } = index;
    const path = keys[0]?.path;
    if (expireAfterSeconds === undefined || path === undefined) return;
    const latest = now.getTime() - expireAfterSeconds * 1000;
    const gone = ({ id, version }: Document): Modification => ({
      id,
      change: { kind: 'remove' },
      expectedVersion: version,
      where: undefined,
      insert: undefined,
    });
    let removals: Modification[] = [];
    const remove = async (): Promise<void> => {
      await this.#writer.modify(entry.name, removals, call, { ordered: false });
      removals = [];
    };
    for await (const { document } of this.#reader.underKeys(entry, candidates(index.name, latest), call)) {
      const [date] = sortKey(flatView(document), [{ path, direction: 1 }]);
      if (typeof date !== 'string' || !(Date.parse(date) <= latest)) continue;
      removals.push(gone(document));
      if (removals.length === batch) await remove();
    }
    if (removals.length > 0) await remove();
  }
}

/** RFC 3339 texts sort by time but for their time zones, so a day more is read and each date is looked at. */
function candidates(index: string, latest: number): CassandraFragment {
  const from = lookupKey('0');
  const to = lookupKey(new Date(latest + day).toISOString());
  if (from === undefined || to === undefined) throw new TypeError('texts have lookup keys');
  return { kind: 'lookup', index, bounds: { from, to } };
}
