import mysql, { type RowDataPacket } from 'mysql2/promise';
import type { BareStatements } from '../bare-server.ts';

/** The driver's pool, as large as the service's, with statements that are prepared once for each connection. */
export async function openStatements(): Promise<BareStatements> {
  const uri = process.env.APP_MYSQL_URI ?? 'mysql://localhost:3306/documents';
  const pool = mysql.createPool({ uri, connectionLimit: 20, jsonStrings: true });
  await pool.query(`CREATE TABLE IF NOT EXISTS bench_bare (id VARCHAR(512) CHARACTER SET utf8mb4
    COLLATE utf8mb4_0900_bin PRIMARY KEY, data JSON NOT NULL, version BIGINT NOT NULL, created_at DATETIME(3) NOT NULL)`);
  await pool.query('TRUNCATE bench_bare');
  return {
    async read(id) {
      const [rows] = await pool.execute<RowDataPacket[]>('SELECT data FROM bench_bare WHERE id = ?', [id]);
      return rows[0]?.data;
    },
    async create(id, data) {
      await pool.execute('INSERT INTO bench_bare VALUES (?, ?, 1, ?)', [id, data, new Date()]);
    },
  };
}
