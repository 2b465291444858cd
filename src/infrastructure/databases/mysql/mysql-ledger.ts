import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { type SqlFragment, sql } from '../sql/sql-fragment.ts';
import type { MysqlConnections } from './mysql-connection.ts';
import type { NumberedIndex } from './mysql-index.ts';

/**
 * Every process believes its copy of the ledger for so long. Whoever makes or drops an index waits as long before it
 * relies on all others to know.
 */
export const ledgerAge = 500;

/** An index in the ledger. `building`: writers keep it up already, readers do not use it yet. */
export type StoredIndex = NumberedIndex & { readonly state: 'building' | 'ready' | 'dropping' };

/** The ledger of indexes, read whole and kept for `ledgerAge`. */
export class MysqlLedger {
  readonly #connections: MysqlConnections;
  readonly #table: () => SqlFragment;
  #loaded: Promise<ReadonlyMap<string, readonly StoredIndex[]>> | undefined;
  #loadedAt = 0;

  /** @param table where the ledger is kept, known once the database is open. */
  constructor(connections: MysqlConnections, table: () => SqlFragment) {
    this.#connections = connections;
    this.#table = table;
  }

  /** The indexes of a collection in the order of their making. */
  async indexes(collection: string): Promise<readonly StoredIndex[]> {
    const now = performance.now();
    if (this.#loaded === undefined || now - this.#loadedAt > ledgerAge) {
      this.#loadedAt = now;
      const loading = this.#load();
      this.#loaded = loading;
      loading.catch(() => {
        if (this.#loaded === loading) this.#loaded = undefined;
      });
    }
    return (await this.#loaded).get(collection) ?? [];
  }

  /** This process changed the ledger. */
  forget(): void {
    this.#loaded = undefined;
  }

  async #load(): Promise<ReadonlyMap<string, readonly StoredIndex[]>> {
    const rows = await this.#connections.use(undefined, (session) =>
      session.rows(sql`SELECT number, collection, state, definition FROM ${this.#table()} ORDER BY number`),
    );
    const indexes = new Map<string, StoredIndex[]>();
    for (const [number, collection, state, text] of rows as readonly (readonly [
      number,
      string,
      string,
      string,
    ])[]) {
      const stored = { ...parseIndexDefinition(text), number: Number(number), state: asState(state) };
      const all = indexes.get(collection);
      if (all === undefined) indexes.set(collection, [stored]);
      else all.push(stored);
    }
    return indexes;
  }
}

function asState(text: string): StoredIndex['state'] {
  return text === 'ready' || text === 'dropping' ? text : 'building';
}

/** An index as the ledger keeps it: JSON text; two definitions are the same when their texts are. */
export function indexRecord(index: IndexDefinition): string {
  const { name, keys, unique, sparse, expireAfterSeconds, partialFilter } = index;
  return JSON.stringify({ name, keys, unique, sparse, expireAfterSeconds, partialFilter });
}

/** @param text as `indexRecord` made it. */
export function parseIndexDefinition(text: string): IndexDefinition {
  const stored = JSON.parse(text) as Partial<IndexDefinition> & Pick<IndexDefinition, 'name' | 'keys'>;
  return {
    name: stored.name,
    keys: stored.keys,
    unique: stored.unique ?? false,
    sparse: stored.sparse ?? false,
    expireAfterSeconds: stored.expireAfterSeconds,
    partialFilter: stored.partialFilter,
  };
}
