import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../../../application/ports/call.ts';
import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { CassandraConnection, Statement } from './cassandra-connection.ts';
import { documentTable, tableOf } from './cassandra-layout.ts';

/** An index as the ledger keeps it; `id` names its rows, so that an index made again never sees an older one's. */
export interface StoredIndex {
  readonly id: string;
  readonly definition: IndexDefinition;
  /** `building`: writers maintain it, readers do not use it yet. */
  readonly state: 'building' | 'ready';
}

/** What the ledger says about a collection. */
export interface CollectionEntry {
  readonly name: string;
  readonly table: string;
  readonly indexes: readonly StoredIndex[];
}

interface Cached {
  readonly entry: CollectionEntry | undefined;
  readonly readAt: number;
}

/** Ages up to which a reader and a writer trust what they read of the ledger, milliseconds. */
export const maxAge = { reading: 1000, writing: 250 } as const;
const part = 'all';
const abandonedAfterMs = 20_000;

/** The names of collections and indexes, and the tables behind them; cached, since every operation asks. */
export class CassandraLedger {
  readonly #connection: CassandraConnection;
  readonly #cache = new Map<string, Cached>();
  readonly #reading = new Map<string, Promise<CollectionEntry | undefined>>();
  readonly #table: string;

  constructor(connection: CassandraConnection) {
    this.#connection = connection;
    this.#table = tableOf(connection.options, 'collections');
  }

  /** Undefined when there is no such collection. */
  async find(name: string, age: number, call: Call): Promise<CollectionEntry | undefined> {
    const cached = this.#cache.get(name);
    if (cached !== undefined && Date.now() - cached.readAt <= age) return cached.entry;
    const reading = this.#reading.get(name) ?? this.#read(name, call);
    this.#reading.set(name, reading);
    try {
      return await reading;
    } finally {
      this.#reading.delete(name);
    }
  }

  /** The collection, made when it is missing. */
  async ensure(name: string, call: Call): Promise<CollectionEntry> {
    return (await this.find(name, maxAge.writing, call)) ?? (await this.create(name, call)).entry;
  }

  async demand(name: string, call: Call): Promise<CollectionEntry> {
    const entry = await this.find(name, 0, call);
    if (entry !== undefined) return entry;
    throw new ServiceError('COLLECTION_NOT_FOUND', `the collection ${name} does not exist`, {
      collection: name,
    });
  }

  forget(name: string): void {
    this.#cache.delete(name);
  }

  async names(call: Call): Promise<readonly string[]> {
    const text = `SELECT name, state FROM ${this.#table} WHERE part = ?`;
    const names: string[] = [];
    let next: string | undefined;
    do {
      const page = await this.#connection.page({ text, values: [part] }, 1000, next, call);
      for (const row of page.rows) if (row.state === 'ready') names.push(String(row.name));
      next = page.next;
    } while (next !== undefined);
    return names;
  }

  /**
   * Makes a collection; one process makes its table, others that want it too wait. When the maker is gone for long,
   * another finishes: a table may be made twice without harm.
   */
  async create(
    name: string,
    call: Call,
  ): Promise<{ readonly entry: CollectionEntry; readonly made: boolean }> {
    const table = `c_${randomBytes(8).toString('hex')}`;
    const text = `INSERT INTO ${this.#table} (part, name, table_name, state, since, indexes) VALUES (?, ?, ?, ?, ?, ?) IF NOT EXISTS`;
    const values = [part, name, table, 'making', Date.now(), '[]'];
    const [row] = await this.#connection.run({ text, values }, call);
    const isOurs = row?.['[applied]'] === true || row?.table_name === table;
    if (isOurs) return { entry: await this.#make(name, table, call), made: true };
    for (;;) {
      const state = await this.#row(name, call);
      if (state === undefined) return this.create(name, call);
      if (state.state === 'ready') return { entry: this.#remember(name, entryOf(state)), made: false };
      if (Date.now() - Number(state.since) > abandonedAfterMs)
        return { entry: await this.#make(name, state.table_name, call), made: true };
      await delay(50);
      call.signal.throwIfAborted();
    }
  }

  async drop(name: string, call: Call): Promise<void> {
    const entry = await this.demand(name, call);
    const text = `DELETE FROM ${this.#table} WHERE part = ? AND name = ? IF table_name = ?`;
    const [row] = await this.#connection.run({ text, values: [part, name, entry.table] }, call);
    this.forget(name);
    if (row?.['[applied]'] === true)
      await this.#connection.define(
        `DROP TABLE IF EXISTS ${tableOf(this.#connection.options, entry.table)}`,
        call,
      );
  }

  /** False when the new name is taken. */
  async rename(from: string, to: string, call: Call): Promise<boolean> {
    const entry = await this.demand(from, call);
    const statements: readonly Statement[] = [
      {
        text: `INSERT INTO ${this.#table} (part, name, table_name, state, since, indexes) VALUES (?, ?, ?, ?, ?, ?) IF NOT EXISTS`,
        values: [part, to, entry.table, 'ready', Date.now(), indexText(entry.indexes)],
      },
      {
        text: `DELETE FROM ${this.#table} WHERE part = ? AND name = ? IF table_name = ? AND indexes = ?`,
        values: [part, from, entry.table, indexText(entry.indexes)],
      },
    ];
    const applied = await this.#connection.conditionalBatch(statements, call);
    this.forget(from);
    this.forget(to);
    return applied;
  }

  /** Replaces the list of indexes by what `change` makes of it; repeated while others change it too. */
  async changeIndexes(
    name: string,
    change: (indexes: readonly StoredIndex[]) => readonly StoredIndex[],
    call: Call,
  ): Promise<CollectionEntry> {
    for (;;) {
      const entry = await this.demand(name, call);
      const indexes = change(entry.indexes);
      if (indexes === entry.indexes) return entry;
      const text = `UPDATE ${this.#table} SET indexes = ? WHERE part = ? AND name = ? IF indexes = ? AND table_name = ?`;
      const values = [indexText(indexes), part, name, indexText(entry.indexes), entry.table];
      const [row] = await this.#connection.run({ text, values }, call);
      this.forget(name);
      if (row?.['[applied]'] === true) return this.#remember(name, { ...entry, indexes });
      await delay(Math.random() * 50);
    }
  }

  async #make(name: string, table: string, call: Call): Promise<CollectionEntry> {
    await this.#connection.define(documentTable(this.#connection.options, table), call);
    const text = `UPDATE ${this.#table} SET state = ? WHERE part = ? AND name = ? IF table_name = ?`;
    await this.#connection.run({ text, values: ['ready', part, name, table] }, call);
    this.forget(name);
    return this.demand(name, call);
  }

  async #read(name: string, call: Call): Promise<CollectionEntry | undefined> {
    const row = await this.#row(name, call);
    return this.#remember(name, row?.state === 'ready' ? entryOf(row) : undefined);
  }

  async #row(name: string, call: Call): Promise<LedgerRow | undefined> {
    const text = `SELECT name, table_name, state, since, indexes FROM ${this.#table} WHERE part = ? AND name = ?`;
    const [row] = await this.#connection.read({ text, values: [part, name] }, call);
    return row as unknown as LedgerRow | undefined;
  }

  #remember<E extends CollectionEntry | undefined>(name: string, entry: E): E {
    if (this.#cache.size > 10_000) this.#cache.clear();
    this.#cache.set(name, { entry, readAt: Date.now() });
    return entry;
  }
}

interface LedgerRow {
  readonly name: string;
  readonly table_name: string;
  readonly state: 'making' | 'ready';
  readonly since: unknown;
  readonly indexes: string;
}

function entryOf(row: LedgerRow): CollectionEntry {
  const indexes = (JSON.parse(row.indexes) as readonly StoredIndex[]).map((index) => ({
    ...index,
    definition: {
      ...index.definition,
      expireAfterSeconds: index.definition.expireAfterSeconds,
      partialFilter: index.definition.partialFilter,
    },
  }));
  return { name: row.name, table: row.table_name, indexes };
}

function indexText(indexes: readonly StoredIndex[]): string {
  return JSON.stringify(indexes.map(({ id, definition, state }) => ({ id, state, definition })));
}
