import { errors, types } from 'cassandra-driver';
import { ServiceError } from '../../../domain/errors.ts';

const codes = types.responseErrorCodes;

/** What a driver's error means to the caller; the only place where that is decided. The server's text stays in `cause`. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof errors.ResponseError) return fromServer(error);
  if (isRefusedLogin(error))
    return new ServiceError('CONNECTION_ERROR', 'Cassandra refuses the credentials', {}, error);
  if (error instanceof errors.OperationTimedOutError)
    return new ServiceError('QUERY_TIMEOUT', 'Cassandra did not answer in time', {}, error);
  if (isMissingTable(error))
    return new ServiceError('DATABASE_ERROR', 'the collection has just gone', {}, error);
  if (isConnectionFailure(error))
    return new ServiceError('CONNECTION_ERROR', 'Cassandra cannot be reached', {}, error);
  return new ServiceError('DATABASE_ERROR', 'Cassandra failed to answer', {}, error);
}

/** Also when every node that was tried refused it. */
function isRefusedLogin(error: unknown): boolean {
  if (error instanceof errors.NoHostAvailableError)
    return Object.values(error.innerErrors ?? {}).some(isRefusedLogin);
  return error instanceof errors.AuthenticationError;
}

function fromServer(error: errors.ResponseError): ServiceError {
  const [code, message] = known[error.code] ?? (['DATABASE_ERROR', 'Cassandra failed to answer'] as const);
  if (isMissingTable(error))
    return new ServiceError('DATABASE_ERROR', 'the collection has just gone', {}, error);
  if (error.code === codes.invalid && /batch too large/i.test(error.message))
    return new ServiceError('PAYLOAD_TOO_LARGE', 'the batch is larger than Cassandra takes', {}, error);
  if (
    error.code === codes.invalid &&
    /mutation of .* is too large|too large for the maximum/i.test(error.message)
  )
    return new ServiceError('PAYLOAD_TOO_LARGE', 'the document is larger than Cassandra stores', {}, error);
  return new ServiceError(code, message, {}, error);
}

const known: Readonly<Record<number, readonly [ServiceError['code'], string]>> = {
  [codes.badCredentials]: ['CONNECTION_ERROR', 'Cassandra refuses the credentials'],
  [codes.unavailableException]: ['CONNECTION_ERROR', 'too few nodes of Cassandra are alive'],
  [codes.overloaded]: ['CONNECTION_ERROR', 'Cassandra is overloaded'],
  [codes.isBootstrapping]: ['CONNECTION_ERROR', 'Cassandra is starting'],
  [codes.truncateError]: ['DATABASE_ERROR', 'Cassandra could not empty a table'],
  [codes.writeTimeout]: ['QUERY_TIMEOUT', 'Cassandra did not write in time'],
  [codes.readTimeout]: ['QUERY_TIMEOUT', 'Cassandra did not read in time'],
  [codes.readFailure]: ['DATABASE_ERROR', 'Cassandra failed to read'],
  [codes.writeFailure]: ['DATABASE_ERROR', 'Cassandra failed to write'],
  [codes.unauthorized]: ['PERMISSION_DENIED', 'the role may not do this in Cassandra'],
};

/**
 * The table of a collection that was dropped meanwhile; Cassandra forgets its prepared statements with it, and then the
 * driver fails to prepare them again on any node.
 */
export function isMissingTable(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  if (cause instanceof errors.NoHostAvailableError)
    return Object.values(cause.innerErrors ?? {}).some(
      (inner) => isMissingTable(inner) || codeOf(inner) === codes.unprepared,
    );
  return (
    cause instanceof errors.ResponseError &&
    cause.code === codes.invalid &&
    /unconfigured table|unconfigured columnfamily|table .* does not exist/i.test(cause.message)
  );
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Nothing was done and another attempt in a moment may do better. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof errors.ResponseError)
    return [codes.overloaded, codes.unavailableException, codes.isBootstrapping].includes(error.code);
  if (error instanceof errors.NoHostAvailableError) return !isMissingTable(error);
  return error instanceof errors.BusyConnectionError;
}

/** The nodes did not answer each other in time; what changes nothing by being done twice can be asked again. */
export function hasTimedOut(error: unknown): boolean {
  return (
    error instanceof errors.ResponseError && [codes.readTimeout, codes.writeTimeout].includes(error.code)
  );
}

/** A node gave up on a read, as it does when it would have to pass too many tombstones. */
export function isReadFailure(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return cause instanceof errors.ResponseError && cause.code === codes.readFailure;
}

/** Whether the database may have done, or may still do, what it did not confirm. */
export function isUncertain(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  if (cause instanceof errors.ResponseError)
    return [codes.writeTimeout, codes.writeFailure, codes.serverError, 0x1700].includes(cause.code);
  return cause instanceof Error && !(cause instanceof errors.BusyConnectionError);
}

function isConnectionFailure(error: unknown): boolean {
  if (error instanceof errors.NoHostAvailableError || error instanceof errors.BusyConnectionError)
    return true;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^E(CONN|PIPE|HOST|NET|AI_|NOTFOUND)/.test(code) ||
    /socket|connection|not connected|shutdown/i.test(error.message)
  );
}
