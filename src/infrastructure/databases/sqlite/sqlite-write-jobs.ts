import { assertNever } from '../../../domain/assert-never.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { isMissingTable } from './sqlite-errors.ts';
import { expireDocuments } from './sqlite-expiry.ts';
import { pruneOutbox } from './sqlite-outbox.ts';
import type { JobResult, WriteJob } from './sqlite-protocol.ts';
import { runSchemaJob } from './sqlite-schema-jobs.ts';
import type { SqliteStore } from './sqlite-store.ts';
import { toTransfer } from './transfer.ts';

/** Runs one job inside the open transaction; what it throws, the caller takes back. */
export function runWriteJob(connection: SqliteConnection, store: SqliteStore, job: WriteJob): JobResult {
  switch (job.kind) {
    case 'insert':
      return store.insert(job.collection, job.rows, job.ordered);
    case 'modify':
      return store.modify(job.collection, job.modifications, job.ordered, job.deadline);
    case 'modify-many':
      return store.modifyMany(job.collection, job.where, job.change, job.deadline);
    case 'expire':
      return expireDocuments(connection, store, job);
    case 'prune':
      return pruneOutbox(connection, job);
    case 'query':
      return runQuery(connection, job);
    case 'create-collection':
    case 'drop-collection':
    case 'rename-collection':
    case 'create-index':
    case 'drop-index':
      store.flush();
      return runSchemaJob(connection, job);
    default:
      return assertNever(job);
  }
}

/** Inserts and modifications stand alone document by document; everything else needs a savepoint to be all or nothing. */
export function needsSavepoint(job: WriteJob): boolean {
  return job.kind !== 'insert' && job.kind !== 'modify';
}

function runQuery(
  connection: SqliteConnection,
  { statement, groups, deadline }: Extract<WriteJob, { kind: 'query' }>,
): JobResult {
  try {
    const rows = connection.all(statement, { deadline, cancelled: () => false });
    return groups ? rows.map(([number]) => [toTransfer(connection.takeGroup(Number(number)))]) : rows;
  } catch (error) {
    if (isMissingTable(error)) return [];
    throw error;
  }
}
