import pg from 'pg';
import type { BareStatements } from '../bare-server.ts';

/** The driver's pool, as large as the service's, with statements that are prepared once for each connection. */
export async function openStatements(): Promise<BareStatements> {
  const connectionString = process.env.APP_POSTGRESQL_URI ?? 'postgresql://localhost:5432/documents';
  const pool = new pg.Pool({ connectionString, max: 20 });
  await pool.query(`CREATE TABLE IF NOT EXISTS bench_bare (
    id text COLLATE "C" PRIMARY KEY, data jsonb NOT NULL, version bigint NOT NULL, created_at timestamptz NOT NULL)`);
  await pool.query('TRUNCATE bench_bare');
  await pool.query(`CREATE INDEX IF NOT EXISTS bench_bare_n ON bench_bare ((data -> 'n'))`);
  return {
    async find(n) {
      const text = `SELECT data::text FROM bench_bare WHERE data -> 'n' = $1::jsonb LIMIT 10`;
      const { rows } = await pool.query({ name: 'find', text, values: [n] });
      return rows.map((row) => row.data);
    },
    async read(id) {
      const text = 'SELECT data::text FROM bench_bare WHERE id = $1';
      const { rows } = await pool.query({ name: 'read', text, values: [id] });
      return rows[0]?.data;
    },
    async create(id, data) {
      const text = 'INSERT INTO bench_bare VALUES ($1, $2, 1, $3)';
      await pool.query({ name: 'create', text, values: [id, data, new Date()] });
    },
  };
}
