import { Client, types } from 'cassandra-driver';
import type { BareStatements } from '../bare-server.ts';

/** The driver as it comes, with prepared statements; a create is conditional, as the service's is. */
export async function openStatements(): Promise<BareStatements> {
  const contactPoints = (process.env.APP_CASSANDRA_CONTACT_POINTS ?? 'localhost:9042').split(',');
  const client = new Client({
    contactPoints,
    localDataCenter: process.env.APP_CASSANDRA_LOCAL_DATACENTER ?? 'datacenter1',
    queryOptions: { prepare: true, consistency: types.consistencies.localQuorum },
  });
  await client.connect();
  await client.execute(
    `CREATE KEYSPACE IF NOT EXISTS bench WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    [],
    { prepare: false },
  );
  await client.execute(
    'CREATE TABLE IF NOT EXISTS bench.bare (id text PRIMARY KEY, data text, version int, created_at text)',
    [],
    { prepare: false },
  );
  return {
    async read(id) {
      const { rows } = await client.execute('SELECT data FROM bench.bare WHERE id = ?', [id]);
      return rows[0]?.data;
    },
    async create(id, data) {
      const text = 'INSERT INTO bench.bare (id, data, version, created_at) VALUES (?, ?, 1, ?) IF NOT EXISTS';
      await client.execute(text, [id, data, new Date().toISOString()]);
    },
  };
}
