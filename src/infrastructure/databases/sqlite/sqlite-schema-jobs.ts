import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError, validationError } from '../../../domain/errors.ts';
import { renderSql } from '../sql/render-sql.ts';
import type { SqlFragment } from '../sql/sql-fragment.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { isConstraint } from './sqlite-errors.ts';
import { type IndexObjects, indexObjects } from './sqlite-index-ddl.ts';
import { indexRecord } from './sqlite-index-record.ts';
import { readDocumentCount, readIndexes, type StoredIndex } from './sqlite-ledger.ts';
import type { SchemaJob } from './sqlite-protocol.ts';
import { tableName } from './sqlite-table-name.ts';

/** Changes of the schema, inside the writer's transaction: SQLite takes them back like any other change. */
export function runSchemaJob(connection: SqliteConnection, job: SchemaJob): null {
  switch (job.kind) {
    case 'create-collection':
      if (readDocumentCount(connection, job.collection) !== undefined)
        throw validationError('the collection exists', 'name');
      createCollection(connection, job.collection);
      break;
    case 'drop-collection':
      dropCollection(connection, job.collection);
      break;
    case 'rename-collection':
      renameCollection(connection, job.collection, job.to);
      break;
    case 'create-index':
      createIndex(connection, job.collection, job.index);
      break;
    case 'drop-index':
      dropIndex(connection, job.collection, job.name);
      break;
  }
  return null;
}

export function createCollection(connection: SqliteConnection, collection: string): void {
  connection.db.exec(`CREATE TABLE IF NOT EXISTS "${tableName(collection)}" (
    id TEXT PRIMARY KEY NOT NULL, data TEXT NOT NULL ${isJsonObject('data')}, version INTEGER NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, metadata TEXT NOT NULL ${isJsonObject('metadata')}) STRICT`);
  connection.prepare('INSERT OR IGNORE INTO "$collections" VALUES (?, 0)').run(collection);
}

/** What a raw statement writes has to be a document, too: nothing else could be read again. */
function isJsonObject(column: 'data' | 'metadata'): string {
  return `CHECK (json_valid(${column}) AND json_type(${column}) = 'object')`;
}

function dropCollection(connection: SqliteConnection, collection: string): void {
  demandCollection(connection, collection);
  for (const index of readIndexes(connection, collection))
    execute(connection, objects(collection, index).drop);
  connection.db.exec(`DROP TABLE "${tableName(collection)}"`);
  connection.prepare('DELETE FROM "$indexes" WHERE collection = ?').run(collection);
  connection.prepare('DELETE FROM "$collections" WHERE name = ?').run(collection);
}

/** The indexes are made anew, because their names and triggers speak of the collection. */
function renameCollection(connection: SqliteConnection, from: string, to: string): void {
  demandCollection(connection, from);
  if (readDocumentCount(connection, to) !== undefined)
    throw validationError('a collection of the new name exists', 'new_name');
  const indexes = readIndexes(connection, from);
  for (const index of indexes) execute(connection, objects(from, index).drop);
  connection.db.exec(`ALTER TABLE "${tableName(from)}" RENAME TO "${tableName(to)}"`);
  connection.prepare('UPDATE "$indexes" SET collection = ? WHERE collection = ?').run(to, from);
  connection.prepare('UPDATE "$collections" SET name = ? WHERE name = ?').run(to, from);
  for (const index of indexes) execute(connection, objects(to, index).create);
}

function createIndex(connection: SqliteConnection, collection: string, index: IndexDefinition): void {
  if (readDocumentCount(connection, collection) === undefined) createCollection(connection, collection);
  const record = indexRecord(index);
  const same = readIndexes(connection, collection).find(({ definition }) => definition.name === index.name);
  if (same !== undefined && indexRecord(same.definition) === record) return;
  if (same !== undefined)
    throw new ServiceError('INDEX_ERROR', 'another index has this name', { index: index.name });
  const insert = 'INSERT INTO "$indexes" (collection, name, definition) VALUES (?, ?, ?)';
  const number = Number(connection.prepare(insert).run(collection, index.name, record).lastInsertRowid);
  try {
    execute(connection, indexObjects(collection, index, number).create);
  } catch (error) {
    if (!isConstraint(error)) throw error;
    const message = 'several documents have the same key already';
    throw new ServiceError('DUPLICATE_KEY', message, { collection, index: index.name }, error);
  }
}

function dropIndex(connection: SqliteConnection, collection: string, name: string): void {
  const index = readIndexes(connection, collection).find(({ definition }) => definition.name === name);
  if (index === undefined)
    throw new ServiceError('INDEX_ERROR', 'there is no index of this name', { index: name });
  execute(connection, objects(collection, index).drop);
  connection.prepare('DELETE FROM "$indexes" WHERE number = ?').run(index.number);
}

function objects(collection: string, { definition, number }: StoredIndex): IndexObjects {
  return indexObjects(collection, definition, number);
}

function execute({ db }: SqliteConnection, statements: readonly SqlFragment[]): void {
  for (const statement of statements) db.exec(renderSql(statement).text);
}

function demandCollection(connection: SqliteConnection, collection: string): void {
  if (readDocumentCount(connection, collection) !== undefined) return;
  throw new ServiceError('COLLECTION_NOT_FOUND', `the collection ${collection} does not exist`, {
    collection,
  });
}
