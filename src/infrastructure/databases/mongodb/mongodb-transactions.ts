import { type ClientSession, MongoError } from 'mongodb';
import type { Call } from '../../../application/ports/call.ts';
import type { DocumentOperations } from '../../../application/ports/database-adapter.ts';
import { commandOptions, run } from './mongodb-call.ts';
import type { MongodbConnection } from './mongodb-connection.ts';
import { needsReplicaSet } from './mongodb-errors.ts';
import type { MongodbNative } from './mongodb-native.ts';
import { mongodbOperations } from './mongodb-operations.ts';

const commitAttempts = 5;

/**
 * One attempt: snapshot reads, majority writes. A transient conflict rejects with TRANSACTION_FAILED and
 * `transient: true`, upon which the caller runs the whole body again; a commit whose outcome is unknown is sent again,
 * which is safe. https://github.com/mongodb/specifications/blob/master/source/transactions-convenient-api/transactions-convenient-api.md
 */
export async function runInTransaction<T>(
  connection: MongodbConnection,
  call: Call,
  body: (operations: DocumentOperations<MongodbNative>) => Promise<T>,
): Promise<T> {
  const client = await connection.client();
  if (connection.kind() === 'standalone') throw needsReplicaSet();
  const session = client.startSession();
  try {
    session.startTransaction({
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
      readPreference: 'primary',
      maxCommitTimeMS: commandOptions(call, undefined).maxTimeMS,
    });
    const result = await body(mongodbOperations({ connection, session }));
    await commit(session, call);
    return result;
  } catch (error) {
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    throw error;
  } finally {
    await session.endSession();
  }
}

async function commit(session: ClientSession, call: Call): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(call, undefined, () => session.commitTransaction());
    } catch (error) {
      if (!isUnknown(error) || attempt >= commitAttempts || Date.now() >= call.deadline) throw error;
    }
  }
}

const outOfTime = 50;

/** Whether a commit is to be sent again; not so where the server had no time left for it, as the specification says. */
export function isUnknown(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof MongoError) || cause.code === outOfTime) return false;
  return cause.hasErrorLabel('UnknownTransactionCommitResult');
}
