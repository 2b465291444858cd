import type { DocumentOperations } from '../../../application/ports/database-adapter.ts';
import { MemoryCollection } from './memory-collection.ts';
import type { MemoryDatabase } from './memory-database.ts';
import { type MemoryState, memoryOperations, type Recorded } from './memory-operations.ts';

/** Runs `body` on copies of the collections that it changes; they take the originals' place when it resolves. */
export async function runMemoryTransaction<T>(
  database: MemoryDatabase,
  body: (operations: DocumentOperations<never>) => Promise<T>,
): Promise<T> {
  const changed = new Map<string, MemoryCollection>();
  const changes: Recorded[] = [];
  const state: MemoryState = {
    existing: (collection) => changed.get(collection) ?? database.existing(collection),
    writable: (collection) => {
      const copy = changed.get(collection) ?? database.existing(collection)?.copy() ?? new MemoryCollection();
      changed.set(collection, copy);
      return copy;
    },
    record: (change) => changes.push(change),
  };
  const result = await body(memoryOperations(state));
  for (const [name, collection] of changed) database.collections.set(name, collection);
  for (const change of changes) database.record(change);
  return result;
}
