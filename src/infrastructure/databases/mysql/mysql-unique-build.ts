import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { sql } from '../sql/sql-fragment.ts';
import type { MysqlDatabase } from './mysql-database.ts';
import { hasErrno } from './mysql-errors.ts';
import type { StoredIndex } from './mysql-ledger.ts';
import type { MysqlSession } from './mysql-session.ts';
import { chunks, rowList } from './mysql-statements.ts';
import { ledgerTables } from './mysql-tables.ts';
import { uniqueHashes } from './mysql-unique-keys.ts';
import { toDocument } from './mysql-writes.ts';

const documentsAtOnce = 256;
/** A NULL in a column that takes none. */
const nullNotAllowed = 1048;

/**
 * Takes the keys of all documents that are there, while writers keep up those that they touch. Each batch of documents
 * is locked, so that no key is taken of a state that is gone. Rejects with DUPLICATE_KEY.
 */
export async function buildUniqueKeys(
  database: MysqlDatabase,
  collection: string,
  index: StoredIndex,
  call: Call,
): Promise<void> {
  for (let last: string | undefined = ''; last !== undefined; ) {
    const from: string = last;
    last = await database.retried(call, (session) => buildBatch(database, session, collection, index, from));
  }
}

async function buildBatch(
  database: MysqlDatabase,
  session: MysqlSession,
  collection: string,
  index: StoredIndex,
  from: string,
): Promise<string | undefined> {
  const rows = await session.rows(
    sql`SELECT id, data, version, created_at, updated_at, metadata FROM ${database.tableOf(collection)} WHERE id > ${from} ORDER BY id LIMIT ${database.limitOf(documentsAtOnce)} FOR UPDATE`,
  );
  const keys = rows.flatMap((row) => {
    const document = toDocument(collection, row);
    return uniqueHashes(index, document).map((hash) => [index.number, hash, document.id] as const);
  });
  try {
    for (const part of chunks(keys))
      await session.run(
        sql`INSERT INTO ${ledgerTables.uniqueKeys} (index_number, key_hash, id) VALUES ${rowList(part)} ON DUPLICATE KEY UPDATE id = IF(id = VALUES(id), id, NULL)`,
      );
  } catch (error) {
    if (!hasErrno(error, nullNotAllowed)) throw error;
    const message = 'several documents have the same key already';
    throw new ServiceError('DUPLICATE_KEY', message, { collection, index: index.name }, error);
  }
  const end = rows.at(-1)?.[0];
  return rows.length < documentsAtOnce || end === undefined ? undefined : String(end);
}
