import type { DatabaseAdapter, DocumentOperations } from '../../../application/ports/database-adapter.ts';
import { memoryCapabilities } from './memory-capabilities.ts';
import { MemoryChangeLog } from './memory-change-log.ts';
import type { MemoryCollection } from './memory-collection.ts';
import { MemoryDatabase } from './memory-database.ts';
import { memoryDialect } from './memory-dialect.ts';
import { memoryOperations } from './memory-operations.ts';
import { memorySchema } from './memory-schema.ts';
import { runMemoryTransaction } from './memory-transaction.ts';

/** Documents in this process, gone with it: the reference for the other adapters, and a database for tests. */
export function createMemoryAdapter(): DatabaseAdapter<never> {
  const database = new MemoryDatabase(new MemoryChangeLog());
  const operations: DocumentOperations<never> = memoryOperations(database);
  return {
    type: 'memory',
    capabilities: memoryCapabilities,
    dialect: memoryDialect,
    ...operations,
    insert: (...args) => database.exclusive(() => operations.insert(...args)),
    modify: (...args) => database.exclusive(() => operations.modify(...args)),
    schema: memorySchema(database),
    transaction: (_call, body) => database.exclusive(() => runMemoryTransaction(database, body)),
    changeFeed: database.log,
    ping: async () => ({ latencyMs: 0, connections: { active: 0, idle: 1, max: 1 } }),
    stats: async () => {
      const collections = [...database.collections.values()];
      return {
        collectionsCount: collections.length,
        totalDocuments: sum(collections, (collection) => collection.documents.size),
        totalSizeBytes: sum(collections, sizeBytes),
        indexesCount: sum(collections, (collection) => collection.indexes.size + 1),
      };
    },
    close: async () => database.collections.clear(),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function sizeBytes(collection: MemoryCollection): number {
  return sum([...collection.documents.values()], (document) => document.data.text.length);
}
