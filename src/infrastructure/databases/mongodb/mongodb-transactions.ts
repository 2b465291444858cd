import { setTimeout as delay } from 'node:timers/promises';
import { MongoError, MongoNetworkError, MongoServerSelectionError } from 'mongodb';
import type { Call } from '../../../application/ports/call.ts';
import type { DocumentOperations } from '../../../application/ports/database-adapter.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { type Interceptor, interceptOperations } from '../intercept.ts';
import { commandOptions, givenUp, run } from './mongodb-call.ts';
import type { MongodbConnection } from './mongodb-connection.ts';
import { needsReplicaSet, toServiceError } from './mongodb-errors.ts';
import type { MongodbNative } from './mongodb-native.ts';
import { mongodbOperations } from './mongodb-operations.ts';

/**
 * One attempt: snapshot reads, majority writes. A transient conflict rejects with TRANSACTION_FAILED and
 * `transient: true`, a connection that was lost before the commit with CONNECTION_ERROR and the same, upon which the
 * caller runs the whole body again; a commit whose outcome is unknown is sent again, which is safe. One that is still
 * on its way at the deadline is told with `outcome: 'unknown'`.
 * https://github.com/mongodb/specifications/blob/master/source/transactions-convenient-api/transactions-convenient-api.md
 */
export async function runInTransaction<T>(
  connection: MongodbConnection,
  call: Call,
  body: (operations: DocumentOperations<MongodbNative>) => Promise<T>,
): Promise<T> {
  const client = await connection.client();
  if (connection.kind() === 'standalone') throw needsReplicaSet();
  const session = client.startSession();
  let ending: Promise<unknown> | undefined;
  try {
    session.startTransaction({
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
      readPreference: 'primary',
      maxCommitTimeMS: commandOptions(call, undefined).maxTimeMS,
    });
    const result = await body(
      interceptOperations(mongodbOperations({ connection, session }), lostAreTransient),
    );
    if (call.signal.aborted) throw givenUp(call.signal.reason);
    const send = (): Promise<void> => {
      const sent = session.commitTransaction();
      ending = sent.catch(() => undefined);
      return sent;
    };
    await commit(send, call);
    return result;
  } catch (error) {
    // Not behind a commit that is on its way: the driver takes the transaction for open until that is answered.
    if (ending === undefined && session.inTransaction())
      ending = session.abortTransaction().catch(() => undefined);
    // Locks are gone when the caller hears of it, unless there is no server to free them, or no time.
    if (!call.signal.aborted && !isLost(error)) await ending;
    throw toServiceError(error);
  } finally {
    Promise.resolve(ending)
      .then(() => session.endSession())
      .catch(() => undefined);
  }
}

/**
 * Nothing of the transaction is there when the connection broke before the commit. The driver tells so by a label, but
 * not where another command had told it of the break already. Not so when no server could be found: the driver has
 * waited for one as long as it is configured to.
 */
const lostAreTransient: Interceptor = {
  async promise(_operation, _collection, runs) {
    try {
      return await runs();
    } catch (error) {
      throw asTransient(error);
    }
  },
  async *stream(_operation, _collection, runs) {
    try {
      yield* runs();
    } catch (error) {
      throw asTransient(error);
    }
  },
};

function asTransient(error: unknown): unknown {
  if (!(error instanceof ServiceError) || !(error.cause instanceof MongoNetworkError)) return error;
  return new ServiceError(error.code, error.message, { ...error.details, transient: true }, error.cause);
}

/** Whether the connection broke under it, also where an operation's failure is told as the transaction's. */
function isLost(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof MongoNetworkError || cause instanceof MongoServerSelectionError) return true;
  return false;
}

async function commit(send: () => Promise<void>, call: Call): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(call, undefined, send);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (call.signal.aborted) throw outcomeUnknown(error);
      if (!isUnknown(error.cause)) throw error;
      if (Date.now() >= call.deadline || isOutOfTime(error.cause)) throw outcomeUnknown(error);
      await pause(attempt, call);
    }
  }
}

function pause(attempt: number, call: Call): Promise<void> {
  const longest = Math.min(500, 5 * 2 ** attempt, Math.max(0, call.deadline - Date.now()));
  return delay(Math.random() * longest, undefined, { signal: call.signal }).catch(() => undefined);
}

/** Whether the server may have committed. The driver leaves its label out where no server was found for a retry. */
function isUnknown(cause: unknown): boolean {
  if (!(cause instanceof MongoError)) return false;
  return (
    cause.hasErrorLabel('UnknownTransactionCommitResult') ||
    cause instanceof MongoNetworkError ||
    cause instanceof MongoServerSelectionError
  );
}

/** The server had no time left for the commit: the specification forbids to send it again. */
function isOutOfTime(cause: unknown): boolean {
  return cause instanceof MongoError && cause.code === 50;
}

function outcomeUnknown(error: ServiceError): ServiceError {
  const message = 'MongoDB did not tell whether the transaction was committed';
  return new ServiceError(error.code, message, { ...error.details, outcome: 'unknown' }, error.cause);
}
