import { DatabaseSync } from 'node:sqlite';
import type { BareStatements } from '../bare-server.ts';

/** The same file settings as the service's: WAL, and every commit on the disk before it is answered. */
export function openStatements(): BareStatements {
  const db = new DatabaseSync(process.env.BENCH_SQLITE_PATH ?? ':memory:');
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec(
    'CREATE TABLE IF NOT EXISTS bench (id TEXT PRIMARY KEY, data TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL) STRICT',
  );
  db.exec("CREATE INDEX IF NOT EXISTS bench_n ON bench (data ->> '$.n')");
  const find = db.prepare("SELECT data FROM bench WHERE data ->> '$.n' = ? LIMIT 10");
  const read = db.prepare('SELECT data FROM bench WHERE id = ?');
  const create = db.prepare('INSERT INTO bench VALUES (?, ?, 1, ?)');
  return {
    find: (n) => find.all(n).map((row) => row.data as string),
    read: (id) => read.get(id)?.data as string | undefined,
    create: (id, data) => {
      create.run(id, data, new Date().toISOString());
    },
  };
}
