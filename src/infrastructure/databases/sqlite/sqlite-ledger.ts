import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { parseIndexDefinition } from './sqlite-index-record.ts';
import { noteIndexNumber } from './sqlite-indexed-paths.ts';

/**
 * Our own tables, named with `$`, which no collection's name has. `$collections`: the collections and how many
 * documents each holds; `$indexes`: their indexes as the API defines them; `$outbox`: every change, in order.
 */
const ledger = `
CREATE TABLE IF NOT EXISTS "$meta" (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "$collections" (
  name TEXT PRIMARY KEY NOT NULL, documents INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "$indexes" (
  number INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL,
  UNIQUE (collection, name)
) STRICT;
CREATE TABLE IF NOT EXISTS "$outbox" (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
  version INTEGER NOT NULL, data TEXT, metadata TEXT, occurred_at TEXT NOT NULL
) STRICT;
INSERT OR IGNORE INTO "$meta" VALUES ('instance', lower(hex(randomblob(8)))), ('layout', '1');
`;

/** Makes the file ours; safe when several processes do it at once. */
export function createLedger({ db }: SqliteConnection): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  const present = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = '$outbox'`).get();
  if (present !== undefined) return;
  db.exec(`BEGIN IMMEDIATE; ${ledger} COMMIT`);
}

/** An index and the number in the names of what it consists of. */
export interface StoredIndex {
  readonly number: number;
  readonly definition: IndexDefinition;
}

export function readIndexes(connection: SqliteConnection, collection: string): readonly StoredIndex[] {
  return connection
    .prepare('SELECT number, definition FROM "$indexes" WHERE collection = ? ORDER BY number')
    .all(collection)
    .map((row) => {
      const [number, definition] = row as unknown as [number, string];
      const parsed = parseIndexDefinition(definition);
      noteIndexNumber(parsed, number);
      return { number, definition: parsed };
    });
}

export function readCollections(connection: SqliteConnection): readonly string[] {
  return connection
    .prepare('SELECT name FROM "$collections" ORDER BY name')
    .all()
    .map((row) => String((row as unknown as [string])[0]));
}

/** Undefined when the collection does not exist. */
export function readDocumentCount(connection: SqliteConnection, collection: string): number | undefined {
  const row = connection.prepare('SELECT documents FROM "$collections" WHERE name = ?').get(collection);
  return row === undefined ? undefined : Number((row as unknown as [number])[0]);
}
