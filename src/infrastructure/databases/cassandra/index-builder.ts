import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../../../application/ports/call.ts';
import { type CollectionEntry, maxAge, type StoredIndex } from './cassandra-ledger.ts';
import type { CassandraLookups } from './cassandra-lookups.ts';
import type { CassandraReader } from './cassandra-reader.ts';
import type { CassandraUniqueKeys } from './cassandra-unique-keys.ts';
import type { Stored } from './cassandra-values.ts';
import type { CassandraWriter } from './cassandra-writer.ts';
import { mapLimited } from './map-limited.ts';

const documentsAtOnce = 32;

interface Parts {
  readonly reader: CassandraReader;
  readonly writer: CassandraWriter;
  readonly lookups: CassandraLookups;
  readonly uniqueKeys: CassandraUniqueKeys;
}

/** Fills an index that the ledger has announced, and empties one that is gone. */
export class IndexBuilder {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Every writer knows of the index once the ledger's copies are too old and the writes under way have ended; from then on
   * it is enough to go through the documents once. Rejects with DUPLICATE_KEY when they break a unique index.
   */
  async build(entry: CollectionEntry, index: StoredIndex, call: Call): Promise<void> {
    await delay(maxAge.writing);
    await this.#parts.writer.settled();
    const only = { ...entry, indexes: [index] };
    let batch: Stored[] = [];
    for await (const stored of this.#parts.reader.scan(entry, call)) {
      batch.push(stored);
      if (batch.length < documentsAtOnce) continue;
      await this.#add(only, batch, call);
      batch = [];
    }
    await this.#add(only, batch, call);
  }

  clear(index: StoredIndex, call: Call): Promise<void> {
    return this.#parts.lookups.clear(index.id, call);
  }

  async #add(only: CollectionEntry, batch: readonly Stored[], call: Call): Promise<void> {
    call.signal.throwIfAborted();
    await mapLimited(batch, documentsAtOnce, async ({ document, change }) => {
      await this.#parts.lookups.add(only.indexes, undefined, document, change, call);
      await this.#parts.uniqueKeys.claimFor(only, undefined, document, call);
    });
  }
}
