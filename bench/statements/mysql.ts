import mysql, { type RowDataPacket } from 'mysql2/promise';
import type { BareStatements } from '../bare-server.ts';

/** The driver's pool, as large as the service's, with statements that are prepared once for each connection. */
export async function openStatements(): Promise<BareStatements> {
  const uri = process.env.APP_MYSQL_URI ?? 'mysql://localhost:3306/documents';
  const pool = mysql.createPool({ uri, connectionLimit: 20, jsonStrings: true });
  await pool.query('DROP TABLE IF EXISTS bench_bare');
  await pool.query(`CREATE TABLE bench_bare (id VARCHAR(512) CHARACTER SET utf8mb4
    COLLATE utf8mb4_0900_bin PRIMARY KEY, data JSON NOT NULL, version BIGINT NOT NULL, created_at DATETIME(3) NOT NULL,
    KEY bench_bare_n ((CAST(data -> '$.n' AS SIGNED))))`);
  return {
    async find(n) {
      const text = "SELECT data FROM bench_bare WHERE CAST(data -> '$.n' AS SIGNED) = ? LIMIT 10";
      const [rows] = await pool.execute<RowDataPacket[]>(text, [n]);
      return rows.map((row) => row.data);
    },
    async read(id) {
      const [rows] = await pool.execute<RowDataPacket[]>('SELECT data FROM bench_bare WHERE id = ?', [id]);
      return rows[0]?.data;
    },
    async create(id, data) {
      await pool.execute('INSERT INTO bench_bare VALUES (?, ?, 1, ?)', [id, data, new Date()]);
    },
  };
}
