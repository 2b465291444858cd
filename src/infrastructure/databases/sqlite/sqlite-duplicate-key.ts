import { ServiceError } from '../../../domain/errors.ts';
import type { DocumentRow } from '../sql/document-row.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { rowView } from './sqlite-field-function.ts';
import { uniqueKeys } from './sqlite-index-keys.ts';
import { parseIndexDefinition } from './sqlite-index-record.ts';

/** Which key was taken: SQLite names the table of the constraint in its message, the key is looked up again. */
export function duplicateKey(
  connection: SqliteConnection,
  collection: string,
  row: DocumentRow,
  error: Error,
): ServiceError {
  const [, number] = /\$unique(\d+)\.key/.exec(error.message) ?? [];
  const [id] = row;
  if (number === undefined) {
    const details = { collection, key: { _id: id } };
    return new ServiceError('DUPLICATE_KEY', 'a document with this id exists', details, error);
  }
  const index = readIndex(connection, Number(number));
  const owner = connection.prepare(`SELECT 1 FROM "$unique${number}" WHERE key = ? AND id <> ?`);
  const keys = uniqueKeys(index?.keys.map(({ path }) => path) ?? [], rowView(row));
  const taken = keys.find(({ text }) => owner.get(text, id) !== undefined);
  const name = index?.name ?? '';
  const details = { collection, index: name, key: taken?.values ?? {} };
  return new ServiceError('DUPLICATE_KEY', `the unique index ${name} has this key already`, details, error);
}

function readIndex(
  connection: SqliteConnection,
  number: number,
): ReturnType<typeof parseIndexDefinition> | undefined {
  const row = connection.prepare('SELECT definition FROM "$indexes" WHERE number = ?').get(number);
  return row && parseIndexDefinition(String((row as unknown as [string])[0]));
}
