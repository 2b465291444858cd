import { ServiceError } from '../../../domain/errors.ts';

/** SQLite's result codes (https://www.sqlite.org/rescode.html), the primary ones in the low byte. */
const codes = {
  busy: 5,
  locked: 6,
  full: 13,
  cantOpen: 14,
  ioError: 10,
  corrupt: 11,
  constraint: 19,
} as const;

/** An error as `node:sqlite` throws it. */
interface SqliteError extends Error {
  readonly errcode: number;
}

export function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}

/** No such collection: SQLite tells only by the message which name it did not find. Our own tables start with `$`. */
export function isMissingTable(error: unknown): boolean {
  return isSqliteError(error) && /^no such table: (main\.)?[^$]/.test(error.message);
}

/** Another process holds the file: worth waiting for. */
export function isBusy(error: unknown): boolean {
  return (
    isSqliteError(error) && ((error.errcode & 255) === codes.busy || (error.errcode & 255) === codes.locked)
  );
}

export function isConstraint(error: unknown): error is SqliteError {
  return isSqliteError(error) && (error.errcode & 255) === codes.constraint;
}

/** The only place where an error of SQLite becomes one of ours; its own text is for the log alone. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (!isSqliteError(error)) return new ServiceError('DATABASE_ERROR', 'the database failed', {}, error);
  switch (error.errcode & 255) {
    case codes.busy:
    case codes.locked:
      return new ServiceError(
        'CONNECTION_ERROR',
        'the database file is locked by another process',
        {},
        error,
      );
    case codes.cantOpen:
    case codes.ioError:
    case codes.full:
      return new ServiceError('CONNECTION_ERROR', 'the database file cannot be read or written', {}, error);
    case codes.constraint:
      return new ServiceError('DUPLICATE_KEY', 'a unique key exists already', {}, error);
    default:
      return new ServiceError('DATABASE_ERROR', 'the database failed', {}, error);
  }
}
