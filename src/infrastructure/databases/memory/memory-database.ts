import type { MemoryChangeLog } from './memory-change-log.ts';
import { MemoryCollection } from './memory-collection.ts';
import type { MemoryState, Recorded } from './memory-operations.ts';

/** All collections, the change log, and the queue that lets a transaction have the database for itself. */
export class MemoryDatabase implements MemoryState {
  readonly collections = new Map<string, MemoryCollection>();
  readonly log: MemoryChangeLog;
  #last: Promise<unknown> = Promise.resolve();

  constructor(log: MemoryChangeLog) {
    this.log = log;
  }

  existing(collection: string): MemoryCollection | undefined {
    return this.collections.get(collection);
  }

  writable(collection: string): MemoryCollection {
    const existing = this.collections.get(collection);
    if (existing !== undefined) return existing;
    const created = new MemoryCollection();
    this.collections.set(collection, created);
    return created;
  }

  record(change: Recorded): void {
    this.log.append(change);
  }

  /** Runs writes one after another. */
  exclusive<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
