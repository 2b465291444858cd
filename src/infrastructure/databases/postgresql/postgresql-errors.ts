import { ServiceError } from '../../../domain/errors.ts';

/** An error as the server sends it. https://www.postgresql.org/docs/current/errcodes-appendix.html */
export interface PostgresqlError extends Error {
  readonly code: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly detail?: string;
}

export function isPostgresqlError(error: unknown): error is PostgresqlError {
  return error instanceof Error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code));
}

export function hasState(error: unknown, ...states: readonly string[]): error is PostgresqlError {
  return isPostgresqlError(error) && states.includes(error.code);
}

export const sqlState = {
  missingTable: '42P01',
  duplicateTable: '42P07',
  uniqueViolation: '23505',
  cancelled: '57014',
  rowTooLarge: '54000',
} as const;

/** What a transaction has to expect from others: worth another attempt. */
const conflicts = new Set(['40001', '40P01', '55P03']);
export function isConflict(error: unknown): boolean {
  return isPostgresqlError(error)
    ? conflicts.has(error.code)
    : error instanceof ServiceError && error.details.transient === true;
}

/** The server goes, comes, or has no connection left. */
const unavailable = /^(08...|57P0[1-5]|53300|28...|3D000)$/;

/** The only place where an error of PostgreSQL or its driver becomes one of ours; its own text is for the log alone. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (!isPostgresqlError(error)) return driverError(error);
  const { code } = error;
  if (conflicts.has(code)) return conflict(error);
  if (unavailable.test(code)) return unreachable(error);
  switch (code) {
    case sqlState.uniqueViolation:
      return new ServiceError('DUPLICATE_KEY', 'a unique key exists already', {}, error);
    case sqlState.cancelled:
      return new ServiceError('QUERY_TIMEOUT', 'the query took longer than it may', {}, error);
    case sqlState.rowTooLarge:
      return new ServiceError('VALIDATION_ERROR', tooLarge, { path: 'data' }, error);
    case '22P05':
    case '22P02':
    case '22021':
      return new ServiceError(
        'VALIDATION_ERROR',
        'PostgreSQL cannot hold this text',
        { path: 'data' },
        error,
      );
    case '42501':
      return new ServiceError('PERMISSION_DENIED', 'the database user may not do this', {}, error);
    case '42710':
    case sqlState.duplicateTable:
      return conflict(error);
    default:
      return new ServiceError('DATABASE_ERROR', 'the database failed to answer', { sqlstate: code }, error);
  }
}

const tooLarge =
  'a value is too long for an index on its field: PostgreSQL holds about 2,700 bytes in an index entry';

function conflict(cause: Error): ServiceError {
  return new ServiceError(
    'TRANSACTION_FAILED',
    'another transaction changed the same documents',
    { transient: true },
    cause,
  );
}

function unreachable(cause: unknown): ServiceError {
  return new ServiceError(
    'CONNECTION_ERROR',
    'PostgreSQL cannot be reached',
    { database: 'postgresql' },
    cause,
  );
}

/** What goes wrong on the way to a connection, TLS for one, means that there is none. */
export function toConnectError(error: unknown): ServiceError {
  const told = toServiceError(error);
  return told.code === 'DATABASE_ERROR' ? unreachable(error) : told;
}

/** Everything that is no answer of the server is about the connection: refused, reset, timed out, closed. */
function driverError(error: unknown): ServiceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : '';
  if (/^E[A-Z_]+$/.test(code) || /connect|terminat|closed|timeout|SSL|not queryable|socket/i.test(message))
    return unreachable(error);
  return new ServiceError('DATABASE_ERROR', 'the database failed to answer', {}, error);
}
