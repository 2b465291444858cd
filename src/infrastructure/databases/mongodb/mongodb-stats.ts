import type { Db } from 'mongodb';
import type { Call } from '../../../application/ports/call.ts';
import type { CollectionStats, DatabaseStats } from '../../../application/ports/database-adapter.ts';
import { commandOptions } from './mongodb-call.ts';
import { toServiceError } from './mongodb-errors.ts';
import { type BsonDocument, isBsonDocument } from './mongodb-values.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/collStats/ */
export async function collectionStats(db: Db, collection: string, call: Call): Promise<CollectionStats> {
  const parts = await storageStats(db, collection, call);
  const sizes = new Map<string, number>();
  for (const part of parts) {
    for (const [name, size] of Object.entries(indexSizes(part)))
      sizes.set(name, (sizes.get(name) ?? 0) + numberOf(size));
  }
  return {
    documentCount: total(parts, 'count'),
    sizeBytes: total(parts, 'size'),
    indexes: [...sizes].map(([name, sizeBytes]) => ({ name, sizeBytes })),
  };
}

/** One answer per shard. Some products know only the command that MongoDB has deprecated. */
async function storageStats(db: Db, collection: string, call: Call): Promise<readonly BsonDocument[]> {
  const options = { ...commandOptions(call, undefined), signal: call.signal };
  const stages = [{ $collStats: { storageStats: {} } }];
  try {
    const parts = await db.collection(collection).aggregate<BsonDocument>(stages, options).toArray();
    return parts.map(({ storageStats }) => (isBsonDocument(storageStats) ? storageStats : {}));
  } catch (error) {
    if (toServiceError(error).code !== 'UNSUPPORTED_OPERATION') throw error;
    return [await db.command({ collStats: collection }, options)];
  }
}

/** https://www.mongodb.com/docs/manual/reference/command/dbStats/ */
export async function databaseStats(db: Db, call: Call): Promise<DatabaseStats> {
  const stats = await db.command({ dbStats: 1 }, { ...commandOptions(call, undefined), signal: call.signal });
  return {
    collectionsCount: numberOf(stats.collections),
    totalDocuments: numberOf(stats.objects),
    totalSizeBytes: numberOf(stats.dataSize),
    indexesCount: numberOf(stats.indexes),
  };
}

function indexSizes(stats: BsonDocument): BsonDocument {
  if (isBsonDocument(stats.indexSizes)) return stats.indexSizes;
  return isBsonDocument(stats.indexSize) ? stats.indexSize : {};
}

function total(parts: readonly BsonDocument[], field: string): number {
  return parts.reduce((sum, part) => sum + numberOf(part[field]), 0);
}

/** Counters are ints, longs or doubles as the server likes. */
function numberOf(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
}
