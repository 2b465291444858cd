import type { Call } from '../../../application/ports/call.ts';
import type { Document } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import type { CassandraConnection, Statement } from './cassandra-connection.ts';
import type { LookupBounds } from './cassandra-dialect.ts';
import { tableOf } from './cassandra-layout.ts';
import type { StoredIndex } from './cassandra-ledger.ts';
import { microsecondsOf } from './change-clock.ts';
import { lookupKeys } from './lookup-keys.ts';
import { mapLimited } from './map-limited.ts';

export const lookupShards = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const pageSize = 500;

interface LookupRow {
  readonly indexId: string;
  readonly key: Buffer;
  readonly id: string;
}

/**
 * What indexes consist of: rows `(index, value, id)`. They may point to documents that do not have the value (any more),
 * never the other way round: a row is written before the document and removed after it, stamped with the time of the
 * change that it belongs to, so that a late removal cannot take away what a later change added.
 */
export class CassandraLookups {
  readonly #connection: CassandraConnection;
  readonly #table: string;

  constructor(connection: CassandraConnection) {
    this.#connection = connection;
    this.#table = tableOf(connection.options, 'lookups');
  }

  /** Before the document is written by `change`. */
  async add(
    indexes: readonly StoredIndex[],
    before: Document | undefined,
    after: Document | undefined,
    change: string,
    call: Call,
  ): Promise<void> {
    const rows = rowsOnlyIn(indexes, after, before);
    if (rows.length === 0) return;
    const text = `INSERT INTO ${this.#table} (index_id, shard, key, id) VALUES (?, ?, ?, ?) USING TIMESTAMP ?`;
    await this.#write(text, rows, change, call);
  }

  /** After the document was changed from `before`, which was at the change `base`. */
  async remove(
    indexes: readonly StoredIndex[],
    before: Document | undefined,
    after: Document | undefined,
    base: string,
    call: Call,
  ): Promise<void> {
    const rows = rowsOnlyIn(indexes, before, after);
    if (rows.length === 0) return;
    const text = `DELETE FROM ${this.#table} USING TIMESTAMP ? WHERE index_id = ? AND shard = ? AND key = ? AND id = ?`;
    await this.#write(text, rows, base, call);
  }

  /** The ids under a range of keys, in the order of shards and keys; an id may come more than once. */
  async *ids(indexId: string, bounds: LookupBounds, call: Call): AsyncIterable<string> {
    const where = 'keys' in bounds ? 'key IN ?' : 'key >= ? AND key <= ?';
    const text = `SELECT id FROM ${this.#table} WHERE index_id = ? AND shard IN (${lookupShards.join(', ')}) AND ${where}`;
    const values = [indexId, ...('keys' in bounds ? [bounds.keys] : [bounds.from, bounds.to])];
    let next: string | undefined;
    do {
      const page = await this.#connection.page({ text, values }, pageSize, next, call);
      for (const row of page.rows) yield String(row.id);
      next = page.next;
    } while (next !== undefined);
  }

  /** Removes every row of an index that is gone. */
  async clear(indexId: string, call: Call): Promise<void> {
    const text = `DELETE FROM ${this.#table} WHERE index_id = ? AND shard = ?`;
    for (const shard of lookupShards) await this.#connection.run({ text, values: [indexId, shard] }, call);
  }

  async #write(text: string, rows: readonly LookupRow[], change: string, call: Call): Promise<void> {
    const stamp = String(microsecondsOf(change));
    const inserts = text.startsWith('INSERT');
    const statements = rows.map(({ indexId, key, id }): Statement => {
      const place = [indexId, shardOf(id), key, id];
      return { text, values: inserts ? [...place, stamp] : [stamp, ...place] };
    });
    await mapLimited(statements, 16, (statement) =>
      this.#connection.run(statement, call, { idempotent: true }),
    );
  }
}

function rowsOnlyIn(
  indexes: readonly StoredIndex[],
  document: Document | undefined,
  other: Document | undefined,
): readonly LookupRow[] {
  if (document === undefined || indexes.length === 0) return [];
  const view = flatView(document);
  const otherView = other && flatView(other);
  return indexes.flatMap(({ id: indexId, definition }) => {
    const path = definition.keys[0]?.path;
    if (path === undefined || definition.partialFilter !== undefined) return [];
    const kept = new Set(otherView && lookupKeys(path, otherView).map((key) => key.toString('latin1')));
    return lookupKeys(path, view)
      .filter((key) => !kept.has(key.toString('latin1')))
      .map((key) => ({ indexId, key, id: document.id }));
  });
}

function shardOf(id: string): number {
  let hash = 0;
  for (let at = 0; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) | 0;
  return (hash >>> 0) % lookupShards.length;
}
