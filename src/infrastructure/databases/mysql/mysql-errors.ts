import { ServiceError } from '../../../domain/errors.ts';

/** An error as the server sends it. https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
export interface MysqlError extends Error {
  readonly errno: number;
  readonly sqlMessage?: string;
}

export const errno = {
  duplicateKey: 1062,
  missingTable: 1146,
  tableExists: 1050,
  syntax: 1064,
} as const;

export function isMysqlError(error: unknown): error is MysqlError {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number' && error.errno >= 1000;
}

export function hasErrno(error: unknown, ...numbers: readonly number[]): error is MysqlError {
  return isMysqlError(error) && numbers.includes(error.errno);
}

/** Also as the cause of one of our errors. vtgate says of a table that no shard has `table t not found`, under errno 1105. */
export function isMissingTable(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  if (hasErrno(cause, errno.missingTable)) return true;
  return isMysqlError(cause) && /^(VT05004: )?table '?\S+'? (not found|does not exist)/.test(cause.message);
}

type Meaning = 'conflict' | 'unreachable' | 'timeout' | 'denied' | 'tooLarge' | 'invalidData' | 'duplicate';

const meanings: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  // Lock wait timeout, deadlock, and a definition that changed under a transaction.
  ...[1205, 1213, 1412, 3572, 1684].map((number): [number, Meaning] => [number, 'conflict']),
  // Too many connections, shutdown, killed connection, lost connection, access refused, unknown database.
  ...[
    1040, 1041, 1042, 1043, 1044, 1045, 1049, 1053, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1226,
  ].map((number): [number, Meaning] => [number, 'unreachable']),
  ...[1461, 1836, 1927, 2002, 2003, 2006, 2013, 3032, 3168, 4031].map((number): [number, Meaning] => [
    number,
    'unreachable',
  ]),
  ...[1317, 1969, 3024, 3699].map((number): [number, Meaning] => [number, 'timeout']),
  ...[1142, 1143, 1227, 1290, 1370, 1792].map((number): [number, Meaning] => [number, 'denied']),
  ...[1118, 1153, 1301, 1406, 3150, 3156].map((number): [number, Meaning] => [number, 'tooLarge']),
  ...[1366, 3140, 3141, 3144, 3157, 3158].map((number): [number, Meaning] => [number, 'invalidData']),
  [errno.duplicateKey, 'duplicate'],
]);

/** The only place where an error of MySQL or its driver becomes one of ours; its own text is for the log alone. */
export function toServiceError(error: unknown, database = 'mysql'): ServiceError {
  if (error instanceof ServiceError) return error;
  if (!isMysqlError(error)) return driverError(error, database);
  switch (meanings.get(error.errno)) {
    case 'conflict':
      return conflict(error);
    case 'unreachable':
      return unreachable(error, database);
    case 'timeout':
      return new ServiceError('QUERY_TIMEOUT', 'the query took longer than it may', {}, error);
    case 'denied':
      return new ServiceError('PERMISSION_DENIED', 'the database user may not do this', {}, error);
    case 'tooLarge':
      return new ServiceError('VALIDATION_ERROR', 'larger than the database takes', { path: 'data' }, error);
    case 'invalidData':
      return new ServiceError('VALIDATION_ERROR', 'the database cannot hold this', { path: 'data' }, error);
    case 'duplicate':
      return new ServiceError('DUPLICATE_KEY', 'a unique key exists already', {}, error);
    case undefined:
      return new ServiceError(
        'DATABASE_ERROR',
        'the database failed to answer',
        { errno: error.errno },
        error,
      );
  }
}

function conflict(cause: Error): ServiceError {
  const message = 'another transaction changed the same documents';
  return new ServiceError('TRANSACTION_FAILED', message, { transient: true }, cause);
}

function unreachable(cause: unknown, database: string): ServiceError {
  return new ServiceError('CONNECTION_ERROR', `${database} cannot be reached`, { database }, cause);
}

/** Everything that is no answer of the server is about the connection: refused, reset, timed out, closed. */
function driverError(error: unknown, database: string): ServiceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : '';
  if (
    /^(E[A-Z_]+|PROTOCOL_.*|HANDSHAKE_.*)$/.test(code) ||
    /connect|closed|timeout|SSL|socket/i.test(message)
  )
    return unreachable(error, database);
  return new ServiceError('DATABASE_ERROR', 'the database failed to answer', {}, error);
}

/** A conflict with another transaction, worth another attempt. */
export function isConflict(error: unknown): boolean {
  return (
    error instanceof ServiceError && error.code === 'TRANSACTION_FAILED' && error.details.transient === true
  );
}
