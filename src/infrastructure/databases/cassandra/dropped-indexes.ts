import type { Call } from '../../../application/ports/call.ts';
import type { CassandraConnection } from './cassandra-connection.ts';
import { tableOf } from './cassandra-layout.ts';
import type { StoredIndex } from './cassandra-ledger.ts';
import type { CassandraLookups } from './cassandra-lookups.ts';
import type { CassandraUniqueKeys } from './cassandra-unique-keys.ts';

const part = 'dropped';
const pageSize = 1000;
/** After so long no writer knows of a dropped index any more. */
const forgottenAfterMs = 60_000;

interface Parts {
  readonly connection: CassandraConnection;
  readonly lookups: CassandraLookups;
  readonly uniqueKeys: CassandraUniqueKeys;
}

/**
 * Remembers which indexes have been dropped (in the ledger's table, so that no crash forgets them), and removes their rows
 * once nobody writes any. An index's name in the rows is never used again.
 */
export class DroppedIndexes {
  readonly #parts: Parts;
  readonly #table: string;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#table = tableOf(parts.connection.options, 'collections');
  }

  /** Before they leave the ledger; one that stays there after all is left alone. */
  async note(indexes: readonly StoredIndex[], call: Call): Promise<void> {
    const text = `INSERT INTO ${this.#table} (part, name, since) VALUES (?, ?, ?)`;
    for (const { id } of indexes)
      await this.#parts.connection.run({ text, values: [part, id, Date.now()] }, call, { idempotent: true });
  }

  /** Removes what is left of the indexes that were dropped long enough before `now`. */
  async clear(now: Date, call: Call): Promise<void> {
    const { connection, lookups, uniqueKeys } = this.#parts;
    const dropped: string[] = [];
    for await (const row of this.#rows(part, call))
      if (Number(row.since) + forgottenAfterMs <= now.getTime()) dropped.push(String(row.name));
    if (dropped.length === 0) return;
    const live = await this.#live(call);
    const gone = new Set(dropped.filter((id) => !live.has(id)));
    for (const id of gone) await lookups.clear(id, call);
    if (gone.size > 0) await uniqueKeys.clear(gone, call);
    const text = `DELETE FROM ${this.#table} WHERE part = ? AND name = ?`;
    for (const id of dropped) await connection.run({ text, values: [part, id] }, call, { idempotent: true });
  }

  async #live(call: Call): Promise<ReadonlySet<string>> {
    const live = new Set<string>();
    for await (const { indexes } of this.#rows('all', call))
      for (const { id } of JSON.parse(String(indexes)) as readonly StoredIndex[]) live.add(id);
    return live;
  }

  async *#rows(of: string, call: Call): AsyncIterable<Readonly<Record<string, unknown>>> {
    const text = `SELECT name, since, indexes FROM ${this.#table} WHERE part = ?`;
    let next: string | undefined;
    do {
      const page = await this.#parts.connection.page({ text, values: [of] }, pageSize, next, call);
      yield* page.rows;
      next = page.next;
    } while (next !== undefined);
  }
}
