import type { IndexDefinition } from '../../../domain/document/index-definition.ts';
import { ServiceError, validationError } from '../../../domain/errors.ts';
import type { PostgresqlSession } from './postgresql-connection.ts';
import { hasState, sqlState } from './postgresql-errors.ts';
import { type IndexObjects, indexObjects } from './postgresql-index-ddl.ts';
import { indexRecord, parseIndexDefinition } from './postgresql-index-record.ts';
import { tableText } from './postgresql-rows.ts';
import { createTableSql } from './postgresql-statements.ts';

/** Changes of the schema, each inside one transaction: PostgreSQL takes them back like any other change. */

/** Of `pg_advisory_xact_lock`: two changes of one collection's schema go one after another. */
const lockOfSchema = 7_301_002;

export interface StoredIndex {
  readonly number: number;
  readonly definition: IndexDefinition;
}

export async function readIndexes(
  session: PostgresqlSession,
  collection: string,
): Promise<readonly StoredIndex[]> {
  const text =
    'SELECT number, definition FROM document_service.indexes WHERE collection = $1 ORDER BY number';
  const rows = await session.rows({ text, values: [collection], prepared: true });
  return rows.map(([number, definition]) => ({
    number: Number(number),
    definition: parseIndexDefinition(definition ?? '{}'),
  }));
}

/** A table in the current schema with the columns of a document, whoever made it. */
export const isCollection = `EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = current_schema() AND c.relname = $1 AND c.relkind IN ('r', 'p') AND 6 = (SELECT count(*)
    FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
      AND (a.attname, a.atttypid) IN (('id', 'text'::regtype), ('data', 'jsonb'::regtype), ('version', 'int8'::regtype),
        ('created_at', 'timestamptz'::regtype), ('updated_at', 'timestamptz'::regtype), ('metadata', 'jsonb'::regtype))))`;

export async function collectionExists(session: PostgresqlSession, collection: string): Promise<boolean> {
  const [row] = await session.rows({ text: `SELECT ${isCollection}`, values: [collection], prepared: true });
  return row?.[0] === 't';
}

/** Makes the table unless it is there; a relation of another shape that has the name is refused. */
export async function createCollection(session: PostgresqlSession, collection: string): Promise<boolean> {
  await lock(session, collection);
  if (await collectionExists(session, collection)) return false;
  try {
    await run(session, [createTableSql(collection)]);
  } catch (error) {
    if (!hasState(error, sqlState.duplicateTable)) throw error;
    throw validationError('the database has a relation of this name that is no collection', 'name');
  }
  return true;
}

export async function dropCollection(session: PostgresqlSession, collection: string): Promise<void> {
  await demandCollection(session, collection);
  for (const { number, definition } of await readIndexes(session, collection))
    await run(session, indexObjects(collection, definition, number).drop);
  await run(session, [`DROP TABLE ${tableText(collection)}`]);
  await session.rows({
    text: 'DELETE FROM document_service.indexes WHERE collection = $1',
    values: [collection],
  });
}

/** Indexes, statistics and triggers go with the table. */
export async function renameCollection(session: PostgresqlSession, from: string, to: string): Promise<void> {
  await demandCollection(session, from);
  if (await collectionExists(session, to))
    throw validationError('a collection of the new name exists', 'new_name');
  await run(session, [`ALTER TABLE ${tableText(from)} RENAME TO ${tableText(to)}`]);
  const text = 'UPDATE document_service.indexes SET collection = $2 WHERE collection = $1';
  await session.rows({ text, values: [from, to] });
}

export async function createIndex(
  session: PostgresqlSession,
  collection: string,
  index: IndexDefinition,
): Promise<void> {
  await createCollection(session, collection);
  const record = indexRecord(index);
  const same = (await readIndexes(session, collection)).find(
    ({ definition }) => definition.name === index.name,
  );
  if (same !== undefined && indexRecord(same.definition) === record) return;
  if (same !== undefined)
    throw new ServiceError('INDEX_ERROR', 'another index has this name', { index: index.name });
  const insert =
    'INSERT INTO document_service.indexes (collection, name, definition) VALUES ($1, $2, $3) RETURNING number';
  const [row] = await session.rows({ text: insert, values: [collection, index.name, record] });
  try {
    await run(session, indexObjects(collection, index, Number(row?.[0])).create);
  } catch (error) {
    throw indexFailure(collection, index.name, error);
  }
  await run(session, [`ANALYZE ${tableText(collection)}`]);
}

function indexFailure(collection: string, index: string, error: unknown): unknown {
  if (hasState(error, sqlState.uniqueViolation))
    return new ServiceError(
      'DUPLICATE_KEY',
      'documents have this key more than once',
      { collection, index },
      error,
    );
  if (hasState(error, sqlState.rowTooLarge))
    return new ServiceError(
      'INDEX_ERROR',
      'a document has a value that is too long for an index',
      { index },
      error,
    );
  return error;
}

export async function dropIndex(session: PostgresqlSession, collection: string, name: string): Promise<void> {
  await demandCollection(session, collection);
  const found = (await readIndexes(session, collection)).find(({ definition }) => definition.name === name);
  if (found === undefined)
    throw new ServiceError('INDEX_ERROR', `there is no index ${name}`, { index: name });
  const objects: IndexObjects = indexObjects(collection, found.definition, found.number);
  await run(session, objects.drop);
  await session.rows({
    text: 'DELETE FROM document_service.indexes WHERE number = $1',
    values: [found.number],
  });
}

async function demandCollection(session: PostgresqlSession, collection: string): Promise<void> {
  await lock(session, collection);
  if (!(await collectionExists(session, collection))) throw missingCollection(collection);
}

export function missingCollection(collection: string): ServiceError {
  return new ServiceError('COLLECTION_NOT_FOUND', `the collection ${collection} does not exist`, {
    collection,
  });
}

async function lock(session: PostgresqlSession, collection: string): Promise<void> {
  const text = 'SELECT pg_advisory_xact_lock($1, hashtext($2))';
  await session.rows({ text, values: [lockOfSchema, collection] });
}

async function run(session: PostgresqlSession, statements: readonly string[]): Promise<void> {
  for (const text of statements) await session.rows({ text, values: [] });
}
