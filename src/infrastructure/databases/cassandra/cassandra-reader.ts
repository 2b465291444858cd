import type { Call } from '../../../application/ports/call.ts';
import type { NativeFind } from '../../../application/ports/database-adapter.ts';
import type { Document, DocumentId } from '../../../domain/document/document.ts';
import type { CassandraConnection, Statement } from './cassandra-connection.ts';
import type { CassandraFragment } from './cassandra-dialect.ts';
import { isMissingTable, isReadFailure } from './cassandra-errors.ts';
import { tableOf } from './cassandra-layout.ts';
import { type CassandraLedger, type CollectionEntry, maxAge } from './cassandra-ledger.ts';
import type { CassandraLookups } from './cassandra-lookups.ts';
import { type DocumentRow, documentColumns, rowToStored, type Stored } from './cassandra-values.ts';
import { candidateSource, type IdSource, idTest } from './id-conditions.ts';
import { mapLimited } from './map-limited.ts';
import { tokenOrder } from './token-order.ts';

const readsAtOnce = 64;
/** Ids of one read: all of them are on the node that is asked. */
const idsPerRead = 32;
const firstPage = 100;
const largestPage = 2000;
const pageCharacters = 4_000_000;

/** Reads documents: by id, by the ids that lookups name, else in the order of tokens, page by page. */
export class CassandraReader {
  readonly #connection: CassandraConnection;
  readonly #ledger: CassandraLedger;
  readonly #lookups: CassandraLookups;

  constructor(connection: CassandraConnection, ledger: CassandraLedger, lookups: CassandraLookups) {
    this.#connection = connection;
    this.#ledger = ledger;
    this.#lookups = lookups;
  }

  async get(
    collection: string,
    ids: readonly DocumentId[],
    call: Call,
  ): Promise<readonly (Document | undefined)[]> {
    const found = await this.#withEntry(collection, call, (entry) => this.stored(entry, ids, call));
    return ids.map((_, at) => found?.[at]?.document);
  }

  /** The documents as they stand, with the names of their changes. */
  async stored(
    entry: CollectionEntry,
    ids: readonly DocumentId[],
    call: Call,
  ): Promise<readonly (Stored | undefined)[]> {
    const [first] = ids;
    const groups =
      ids.length === 1 && first !== undefined
        ? [[first]]
        : await this.#connection.byReplica([...new Set(ids)], idsPerRead);
    const found = new Map<DocumentId, Stored>();
    await mapLimited(groups, readsAtOnce, async (group) => {
      for (const row of await this.#connection.readNear(this.#byIds(entry, group), group[0], call)) {
        const stored = rowToStored(entry.name, row as unknown as DocumentRow);
        if (stored !== undefined) found.set(stored.document.id, stored);
      }
    });
    return ids.map((id) => found.get(id));
  }

  /** As it is after every conditional write that is under way. */
  async storedNow(entry: CollectionEntry, id: DocumentId, call: Call): Promise<Stored | undefined> {
    const [row] = await this.#connection.readSerial(this.#byId(entry, id), call);
    return row && rowToStored(entry.name, row as unknown as DocumentRow);
  }

  async *find(
    collection: string,
    { where, order, skip, limit }: NativeFind<CassandraFragment>,
    call: Call,
  ): AsyncIterable<Document> {
    const entry = await this.#ledger.find(collection, maxAge.reading, call);
    if (entry === undefined) return;
    const wanted = limit === undefined ? undefined : skip + limit;
    const ordered = order !== undefined;
    let seen = 0;
    for await (const { document } of this.#matching(entry, where, ordered, wanted, call)) {
      seen += 1;
      if (seen > skip) yield document;
      if (seen === wanted) return;
    }
  }

  async count(collection: string, where: CassandraFragment | undefined, call: Call): Promise<number> {
    const count = await this.#withEntry(collection, call, async (entry) => {
      if (where === undefined) return this.#countAll(entry, call);
      let found = 0;
      for await (const _ of this.#matching(entry, where, false, undefined, call)) found += 1;
      return found;
    });
    return count ?? 0;
  }

  /** Every document with its change, for those who build indexes. */
  scan(entry: CollectionEntry, call: Call): AsyncIterable<Stored> {
    return this.#scan(entry, undefined, undefined, call);
  }

  /** The documents that lookups of an index name; some may have other values. */
  async *underKeys(entry: CollectionEntry, where: CassandraFragment, call: Call): AsyncIterable<Stored> {
    yield* this.#matching(entry, where, false, undefined, call);
  }

  async *#matching(
    entry: CollectionEntry,
    where: CassandraFragment | undefined,
    ordered: boolean,
    wanted: number | undefined,
    call: Call,
  ): AsyncIterable<Stored> {
    const order = tokenOrder(await this.#connection.client());
    const test = where === undefined ? () => true : idTest(where, order);
    const source = where && candidateSource(where, entry);
    const ids = source && (await this.#candidates(source, call));
    if (ids === undefined) {
      for await (const stored of this.#scan(entry, afterOf(where), wanted, call))
        if (test(stored.document.id)) yield stored;
      return;
    }
    const kept = [...ids].filter(test);
    if (ordered) kept.sort(order.compare);
    for (let at = 0; at < kept.length; at += readsAtOnce) {
      call.signal.throwIfAborted();
      const found = await this.stored(entry, kept.slice(at, at + readsAtOnce), call);
      for (const stored of found) if (stored !== undefined) yield stored;
    }
  }

  /** Undefined when a lookup holds more tombstones than Cassandra reads past: then the collection has to be read. */
  async #candidates(sources: readonly IdSource[], call: Call): Promise<ReadonlySet<string> | undefined> {
    const ids = new Set<string>();
    try {
      for (const one of sources) {
        if (one.kind === 'ids') for (const id of one.ids) ids.add(id);
        else for await (const id of this.#lookups.ids(one.indexId, one.bounds, call)) ids.add(id);
      }
    } catch (error) {
      if (isReadFailure(error)) return undefined;
      throw error;
    }
    return ids;
  }

  async *#scan(
    entry: CollectionEntry,
    after: string | undefined,
    wanted: number | undefined,
    call: Call,
  ): AsyncIterable<Stored> {
    const table = tableOf(this.#connection.options, entry.table);
    const statement: Statement =
      after === undefined
        ? { text: `SELECT ${documentColumns} FROM ${table}`, values: [] }
        : { text: `SELECT ${documentColumns} FROM ${table} WHERE token(id) >= token(?)`, values: [after] };
    let size = Math.min(largestPage, (wanted ?? firstPage) + 1);
    let next: string | undefined;
    do {
      const page = await this.#pageOf(statement, size, next, call);
      if (page === undefined) return;
      let characters = 1;
      for (const row of page.rows) {
        const stored = rowToStored(entry.name, row as unknown as DocumentRow);
        characters += String(row.data).length;
        if (stored !== undefined) yield stored;
      }
      next = page.next;
      size = Math.max(
        1,
        Math.min(largestPage, size * 4, Math.floor((pageCharacters * page.rows.length) / characters)),
      );
    } while (next !== undefined);
  }

  /** Undefined when the table has gone: the collection was dropped while it was read. */
  async #pageOf(statement: Statement, size: number, next: string | undefined, call: Call) {
    try {
      return await this.#connection.page(statement, size, next, call);
    } catch (error) {
      if (isMissingTable(error)) return undefined;
      throw error;
    }
  }

  async #countAll(entry: CollectionEntry, call: Call): Promise<number> {
    const text = `SELECT count(version) AS documents FROM ${tableOf(this.#connection.options, entry.table)}`;
    const [row] = await this.#connection.read({ text, values: [] }, call);
    return Number(row?.documents ?? 0);
  }

  #byIds(entry: CollectionEntry, ids: readonly DocumentId[]): Statement {
    const [id] = ids;
    if (ids.length === 1 && id !== undefined) return this.#byId(entry, id);
    const table = tableOf(this.#connection.options, entry.table);
    return { text: `SELECT ${documentColumns} FROM ${table} WHERE id IN ?`, values: [ids] };
  }

  #byId(entry: CollectionEntry, id: DocumentId): Statement {
    const table = tableOf(this.#connection.options, entry.table);
    return { text: `SELECT ${documentColumns} FROM ${table} WHERE id = ?`, values: [id] };
  }

  /** Once more with a fresh look at the ledger when the table has gone. */
  async #withEntry<T>(
    collection: string,
    call: Call,
    run: (entry: CollectionEntry) => Promise<T>,
  ): Promise<T | undefined> {
    for (const age of [maxAge.reading, 0]) {
      const entry = await this.#ledger.find(collection, age, call);
      if (entry === undefined) return undefined;
      try {
        return await run(entry);
      } catch (error) {
        if (age === 0 || !isMissingTable(error)) throw error;
      }
    }
    return undefined;
  }
}

function afterOf(where: CassandraFragment | undefined): string | undefined {
  if (where?.kind === 'after') return where.id;
  if (where?.kind !== 'and') return undefined;
  return where.of.map(afterOf).find((id) => id !== undefined);
}
