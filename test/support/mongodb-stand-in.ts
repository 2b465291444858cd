import { MongoClient } from 'mongodb';

/**
 * Whether the address leads to the stand-in that tests run on where no MongoDB is to be had, rather than to MongoDB. It
 * says so itself. Deviations of the stand-in are none of ours: on MongoDB they do not count.
 */
export async function isMongodbStandIn(uri: string | undefined): Promise<boolean> {
  if (uri === undefined || uri === '') return false;
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5000 });
  try {
    const info = await client.db('admin').command({ buildInfo: 1 });
    return info.gitVersion === 'mongodouble';
  } finally {
    await client.close();
  }
}

/** The databases that can be compared with the reference: the stand-in differs from MongoDB in too much. */
export async function withoutStandIn<D extends { readonly type: string }>(
  databases: readonly D[],
): Promise<readonly D[]> {
  const standIn = await isMongodbStandIn(process.env.MONGODB_URI);
  return databases.filter(({ type }) => type !== 'mongodb' || !standIn);
}
