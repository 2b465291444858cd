import {
  type MongoBulkWriteError,
  MongoCompatibilityError,
  MongoError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import { type ErrorDetails, ServiceError } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/value/value.ts';
import { errorCodes, noRetries } from './mongodb-error-codes.ts';
import { isBsonDocument, toRelaxedJson } from './mongodb-values.ts';

/**
 * What a driver's error means to the caller; the only place where that is decided. The server's own text may hold
 * values and stays in `cause`.
 * https://github.com/mongodb/mongo/blob/v7.0/src/mongo/base/error_codes.yml
 */
export function toServiceError(error: unknown, collection?: string): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof MongoServerError) return fromServer(error, collection);
  if (error instanceof MongoNetworkTimeoutError || isWaitQueueTimeout(error))
    return new ServiceError('CONNECTION_ERROR', 'MongoDB did not answer in time', {}, error);
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError)
    return new ServiceError('CONNECTION_ERROR', 'MongoDB cannot be reached', {}, error);
  if (error instanceof MongoError && connectionNames.has(error.name))
    return new ServiceError('CONNECTION_ERROR', 'the connection to MongoDB is gone', {}, error);
  if (error instanceof MongoCompatibilityError)
    return unsupported('this MongoDB server is too old, or of a kind that cannot do that', error);
  if (error instanceof Error && tooLarge.test(error.message))
    return new ServiceError(
      'PAYLOAD_TOO_LARGE',
      'the document is larger than MongoDB stores (16 MiB)',
      {},
      error,
    );
  return new ServiceError('DATABASE_ERROR', 'MongoDB failed to answer', {}, error);
}

/** The pool has no connection free; the driver does not export the class. */
function isWaitQueueTimeout(error: unknown): boolean {
  return error instanceof MongoError && error.name === 'MongoWaitQueueTimeoutError';
}

const connectionNames: ReadonlySet<string> = new Set([
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoPoolClosedError',
  'PoolClearedOnNetworkError',
  'MongoPoolClearedError',
]);
const tooLarge =
  /BSONObj.*size|object to insert too large|document is larger than the maximum size|offset.*out of range/i;

function fromServer(error: MongoServerError, collection: string | undefined): ServiceError {
  const code = Number(error.code);
  if (code === 11000 || code === 11001) return duplicateKey(error, collection);
  const known = errorCodes[code];
  if (isAboutRetries(error)) return unsupported(noRetries, error);
  const needsReplicas = code === 40573 || (code === 20 && /replica set/i.test(error.message));
  if (needsReplicas) return needsReplicaSet(error);
  if (error.hasErrorLabel('SystemOverloadedError'))
    return new ServiceError('RATE_LIMIT_EXCEEDED', 'MongoDB takes no more requests just now', {}, error);
  if (error.hasErrorLabel('TransientTransactionError') || conflicts.has(code))
    return new ServiceError('TRANSACTION_FAILED', 'another write got in the way', { transient: true }, error);
  if (lacking.has(code) || (code === 2 && /^unknown (top level )?operator/i.test(error.message)))
    return lacksIt(error);
  if (known !== undefined) {
    const [mapped, message] = known;
    return new ServiceError(mapped, message, detailsOf(error, collection), error);
  }
  if (isCallersMistake(code))
    return new ServiceError(
      'INVALID_REQUEST',
      `MongoDB refuses this: ${nameOf(error)}`,
      detailsOf(error, undefined),
      error,
    );
  return new ServiceError(
    'DATABASE_ERROR',
    `MongoDB failed: ${nameOf(error)}`,
    detailsOf(error, undefined),
    error,
  );
}

/** The driver's words in place of the server's, without its code. */
function isAboutRetries({ errorResponse }: MongoServerError): boolean {
  return errorResponse?.originalError instanceof MongoServerError;
}

function unsupported(message: string, cause: unknown): ServiceError {
  return new ServiceError('UNSUPPORTED_OPERATION', message, { database: 'mongodb' }, cause);
}

/** Operators and stages that passed our parser: a server that does not know them is older, or another product. */
const lacking: ReadonlySet<number> = new Set([168, 15952, 31325, 40324]);

function lacksIt(error: MongoServerError): ServiceError {
  const operator = error.message.match(/\$[A-Za-z]+/g)?.at(-1) ?? null;
  return new ServiceError(
    'UNSUPPORTED_OPERATION',
    'this MongoDB server does not know an operator of the request',
    { database: 'mongodb', capability: operator },
    error,
  );
}

/** LockTimeout, WriteConflict, TransactionAborted, SnapshotUnavailable, NoSuchTransaction. */
const conflicts: ReadonlySet<number> = new Set([24, 112, 244, 246, 251]);

/** Codes of five digits and more are assertions about the request (the "Location" errors of expressions and stages). */
function isCallersMistake(code: number): boolean {
  return code >= 10_000;
}

function nameOf(error: MongoServerError): string {
  return typeof error.codeName === 'string' ? error.codeName : `error ${String(error.code)}`;
}

function detailsOf(error: MongoServerError, collection: string | undefined): ErrorDetails {
  return {
    ...(collection !== undefined && { collection }),
    mongodb_code: typeof error.code === 'number' ? error.code : null,
    mongodb_error: nameOf(error),
  };
}

export function needsReplicaSet(cause?: unknown): ServiceError {
  return new ServiceError(
    'UNSUPPORTED_OPERATION',
    'transactions and change streams need a replica set; this MongoDB is a standalone server',
    { database: 'mongodb', capability: 'transactions' },
    cause,
  );
}

/** With the key, which servers since 4.4 send beside the message; other products may tell nothing at all. */
function duplicateKey(error: MongoServerError, collection: string | undefined): ServiceError {
  const { keyValue, keyPattern } = error as { keyValue?: unknown; keyPattern?: unknown };
  const index = isOfId(keyPattern) || isOfId(keyValue) ? '_id_' : indexName(error);
  const key: Json = isBsonDocument(keyValue) ? toRelaxedJson(keyValue) : null;
  const name = index === undefined ? 'a unique index' : `the unique index ${index}`;
  return new ServiceError(
    'DUPLICATE_KEY',
    index === '_id_' ? 'a document with this id exists' : `${name} has this key already`,
    { ...(collection !== undefined && { collection }), ...(index !== undefined && { index }), key },
    error,
  );
}

function isOfId(key: unknown): boolean {
  return isBsonDocument(key) && Object.keys(key).join() === '_id';
}

/** MongoDB's words, and those of DocumentDB on PostgreSQL. */
function indexName({ errmsg, message }: { errmsg?: unknown; message: string }): string | undefined {
  const text = typeof errmsg === 'string' ? errmsg : message;
  return /\bindex: (\S+)/.exec(text)?.[1] ?? /\bIndex '(.+)'/.exec(text)?.[1];
}

/** The error of one write of a bulk, by its position. */
export function bulkFailures(
  error: MongoBulkWriteError,
  collection: string,
): ReadonlyMap<number, ServiceError> {
  const writeErrors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return new Map(
    writeErrors.map(({ index, err }) => [
      index,
      toServiceError(new MongoServerError({ ...err, code: err.code }), collection),
    ]),
  );
}
