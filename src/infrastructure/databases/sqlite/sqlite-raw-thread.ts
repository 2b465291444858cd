import { parentPort } from 'node:worker_threads';
import { SqliteConnection } from './sqlite-connection.ts';
import { toServiceError } from './sqlite-errors.ts';
import { runRawRead, runRawWrite } from './sqlite-raw.ts';
import type { RawAnswer, RawRequest } from './sqlite-raw-protocol.ts';
import { toWireError } from './transfer.ts';

function failure(error: unknown): RawAnswer {
  return { ok: false, error: toWireError(toServiceError(error)), last: false };
}

/** Values as large as a document and its row are read, none larger. */
const largestValue = 17 * 1024 * 1024;
const connections = new Map<boolean, SqliteConnection>();

function connectionTo(path: string, writes: boolean): SqliteConnection {
  const open = connections.get(writes);
  if (open !== undefined) return open;
  const connection = new SqliteConnection(path, { readOnly: !writes });
  connection.db.limits.length = largestValue;
  // Mapped pages of a large file would count as memory of this process.
  connection.db.exec(`PRAGMA mmap_size = 0; PRAGMA query_only = ${writes ? 'FALSE' : 'TRUE'}`);
  connections.set(writes, connection);
  return connection;
}

function run({ path, writes, deadline, ...raw }: RawRequest): RawAnswer {
  const connection = connectionTo(path, writes);
  if (!writes) return { ok: true, result: runRawRead(connection, raw) };
  connection.db.exec(`PRAGMA busy_timeout = ${Math.max(1, Math.trunc(deadline - Date.now()))}`);
  connection.db.exec('BEGIN IMMEDIATE');
  try {
    const result = runRawWrite(connection, raw);
    connection.db.exec('COMMIT');
    return { ok: true, result };
  } finally {
    if (connection.db.isTransaction) connection.db.exec('ROLLBACK');
  }
}

/** The thread of the process in which the statements run. */
parentPort?.on('message', (request: RawRequest) => {
  try {
    parentPort?.postMessage(run(request));
  } catch (error) {
    parentPort?.postMessage(failure(error));
  }
});
