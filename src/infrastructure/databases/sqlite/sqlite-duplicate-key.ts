import { ServiceError } from '../../../domain/errors.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Which key was taken: SQLite names the table and column of the constraint in its message. */
export function duplicateKey(connection: SqliteConnection, collection: string, error: Error): ServiceError {
  const [, number] = /\$unique(\d+)\.key/.exec(error.message) ?? [];
  if (number === undefined)
    return new ServiceError(
      'DUPLICATE_KEY',
      'a document with this id exists',
      { collection, key: '_id' },
      error,
    );
  const row = connection.prepare('SELECT name FROM "$indexes" WHERE number = ?').get(Number(number));
  const name = row === undefined ? '' : String((row as unknown as [string])[0]);
  return new ServiceError(
    'DUPLICATE_KEY',
    `the unique index ${name} has this key already`,
    { collection, index: name },
    error,
  );
}
