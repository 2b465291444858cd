import type { Db, IndexDescriptionInfo } from 'mongodb';
import type { MongodbConnection } from './mongodb-connection.ts';
import { allOf } from './mongodb-filter.ts';
import type { BsonDocument } from './mongodb-values.ts';

/** The farthest that a time zone is from UTC, and some more. */
const widestOffsetMs = 15 * 3_600_000;

/**
 * MongoDB's TTL indexes look at BSON dates alone, while dates of the portable model are texts of RFC 3339: those are
 * removed here, now and then, by the same indexes. Several processes doing so do no harm.
 * @returns stops it.
 */
export function sweepExpiredTexts(connection: MongodbConnection, everyMs: number): () => void {
  if (everyMs <= 0) return () => undefined;
  let sweeping = false;
  const timer = setInterval(() => {
    if (sweeping || !connection.isOpen()) return;
    sweeping = true;
    // What fails now is tried again at the next turn.
    sweep(connection)
      .catch(() => undefined)
      .finally(() => {
        sweeping = false;
      });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

async function sweep(connection: MongodbConnection): Promise<void> {
  const db = await connection.db();
  for await (const { name, type } of db.listCollections({}, { nameOnly: true })) {
    if (type === 'view' || name.startsWith('system.')) continue;
    for (const index of await db.collection(name).listIndexes().toArray())
      await removeExpired(db, name, index);
  }
}

async function removeExpired(db: Db, collection: string, index: IndexDescriptionInfo): Promise<void> {
  const [field, ...more] = Object.keys(index.key);
  if (typeof index.expireAfterSeconds !== 'number' || field === undefined || more.length > 0) return;
  const filter = expiredTexts(field, Date.now() - index.expireAfterSeconds * 1000);
  const partial: BsonDocument = index.partialFilterExpression ?? {};
  await db.collection(collection).deleteMany(allOf([filter, partial]), { maxTimeMS: 60_000 });
}

/** Texts before the moment: roughly by the index, as texts in UTC compare in time order, then exactly. */
export function expiredTexts(field: string, before: number): BsonDocument {
  const latest = new Date(Math.min(before + widestOffsetMs, maxDate)).toISOString();
  const date = { $convert: { input: `$${field}`, to: 'date', onError: null, onNull: null } };
  return {
    [field]: { $type: 'string', $lt: latest },
    $expr: { $and: [{ $gt: [date, null] }, { $lt: [date, new Date(before)] }] },
  };
}

const maxDate = Date.parse('9999-12-31T23:59:59.999Z');
