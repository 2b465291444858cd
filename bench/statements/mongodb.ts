import { MongoClient } from 'mongodb';
import type { BareStatements } from '../bare-server.ts';

interface Stored {
  readonly _id: string;
}

/** The driver with the service's pool and write concern. */
export async function openStatements(): Promise<BareStatements> {
  const uri = process.env.APP_MONGODB_URI ?? 'mongodb://127.0.0.1:27017';
  const client = await MongoClient.connect(uri, { maxPoolSize: 20, writeConcern: { w: 'majority' } });
  const collection = client.db('documents').collection<Stored>('bench_bare');
  return {
    async read(id) {
      const stored = await collection.findOne({ _id: id });
      return stored === null ? undefined : JSON.stringify(stored);
    },
    async create(id, data) {
      const now = new Date();
      const stored = { _id: id, ...JSON.parse(data), _version: 1, _created_at: now, _updated_at: now };
      await collection.insertOne(stored);
    },
  };
}
