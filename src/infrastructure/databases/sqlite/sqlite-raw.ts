import { constants, type DatabaseSync, type StatementSync } from 'node:sqlite';
import type { RawResult } from '../../../application/ports/database-adapter.ts';
import { invalidRequest, ServiceError } from '../../../domain/errors.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { isSqliteError } from './sqlite-errors.ts';
import { readCollections } from './sqlite-ledger.ts';
import { tableName } from './sqlite-table-name.ts';

const { SQLITE_OK, SQLITE_DENY } = constants;

/** What a raw statement may do that only reads: look at tables and call functions, nothing else. */
const readActions = new Set([
  constants.SQLITE_SELECT,
  constants.SQLITE_READ,
  constants.SQLITE_FUNCTION,
  constants.SQLITE_RECURSIVE,
]);
/** With writes allowed it may also change rows; the schema and our own tables change by the API alone. */
const writeActions = new Set([
  ...readActions,
  constants.SQLITE_INSERT,
  constants.SQLITE_UPDATE,
  constants.SQLITE_DELETE,
]);
/** Functions that reach outside of the database. */
const deniedFunctions = new Set(['load_extension', 'readfile', 'writefile', 'edit', 'fts3_tokenizer']);

export interface RawStatement {
  readonly text: string;
  readonly params: readonly Json[];
  readonly maxRows: number;
}

/** Bytes of JSON that the rows of one statement may have together: as many as a document. */
const maxResultBytes = 16 * 1024 * 1024;

/** Whether the statement may change something: only then the writers of the file have to wait for it. */
export function mayWrite(text: string): boolean {
  const statement = text.replace(comments, '');
  if (/^(INSERT|REPLACE|UPDATE|DELETE)\b/i.test(statement)) return true;
  return /^WITH\b/i.test(statement) && /\b(INSERT|REPLACE|UPDATE|DELETE)\b/i.test(statement);
}

/** Runs one statement of the caller's that reads, on a connection that cannot write. */
export function runRawRead({ db }: SqliteConnection, raw: RawStatement): RawResult {
  const permission = { verbs: /^(SELECT|WITH|VALUES)\b/i, actions: readActions, onWrite: () => undefined };
  return runPermitted(db, raw, permission);
}

/** Inside a transaction. Documents that it inserts or deletes are counted again. */
export function runRawWrite(connection: SqliteConnection, raw: RawStatement): RawResult {
  const touched = new Set<string>();
  const verbs = /^(WITH|INSERT|REPLACE|UPDATE|DELETE)\b/i;
  const permission = { verbs, actions: writeActions, onWrite: (table: string) => touched.add(table) };
  const result = runPermitted(connection.db, raw, permission);
  for (const collection of readCollections(connection)) {
    const table = tableName(collection);
    if (touched.has(table))
      connection
        .prepare(`UPDATE "$collections" SET documents = (SELECT count(*) FROM "${table}") WHERE name = ?`)
        .run(collection);
  }
  return result;
}

interface Permission {
  readonly verbs: RegExp;
  readonly actions: ReadonlySet<number>;
  readonly onWrite: (table: string) => void;
}

const comments = /^(\s|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)*/;

/** SQLite asks our authorizer about everything that the statement wants, while it is prepared and while it runs. */
function runPermitted(
  db: DatabaseSync,
  raw: RawStatement,
  { verbs, actions, onWrite }: Permission,
): RawResult {
  if (!verbs.test(raw.text.replace(comments, '')))
    throw invalidRequest('a statement of this kind is not allowed', 'query');
  db.setAuthorizer((action, first, second, _database, inside) => {
    if (!actions.has(action)) return inside === null ? SQLITE_DENY : SQLITE_OK;
    if (action === constants.SQLITE_FUNCTION && deniedFunctions.has(second ?? '')) return SQLITE_DENY;
    if (!readActions.has(action) && inside === null) {
      if (first?.startsWith('$') || first?.startsWith('sqlite_')) return SQLITE_DENY;
      onWrite(first ?? '');
    }
    return SQLITE_OK;
  });
  try {
    const statement = db.prepare(raw.text, { readBigInts: true });
    if (/[^\s;]/.test(raw.text.slice(statement.sourceSQL.length)))
      throw invalidRequest('only one statement can be run at a time', 'query');
    return readRows(statement, raw);
  } catch (error) {
    throw asRequestError(error);
  } finally {
    db.setAuthorizer(null);
  }
}

function readRows(statement: StatementSync, raw: RawStatement): RawResult {
  const rows: JsonObject[] = [];
  let bytes = 0;
  const columns = statement.columns().map(({ name }) => name);
  for (const found of statement.iterate(...raw.params.map(toParameter))) {
    const row = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, toJson(value)]));
    bytes += Buffer.byteLength(JSON.stringify(row));
    if (bytes > maxResultBytes) throw tooLarge();
    rows.push(row);
    if (rows.length >= raw.maxRows) break;
  }
  return { columns, rows };
}

function tooLarge(): ServiceError {
  return new ServiceError('QUERY_TOO_EXPENSIVE', 'what the statement answers is larger than 16 MiB', {
    max_bytes: maxResultBytes,
  });
}

/** Result codes (https://www.sqlite.org/rescode.html): ERROR, READONLY, TOOBIG, CONSTRAINT, AUTH, RANGE. */
const mistakes = new Set([1, 8, 19, 23, 25]);
const tooBig = 18;
const authorization = 23;
/** PRIMARYKEY, UNIQUE and ROWID: a duplicate key like any other. */
const duplicates = new Set([1555, 2067, 2579]);

/** A mistake in the caller's statement; the message is SQLite's and holds no value. */
function asRequestError(error: unknown): unknown {
  if (!isSqliteError(error) || duplicates.has(error.errcode)) return error;
  const code = error.errcode & 255;
  if (code === tooBig) return tooLarge();
  if (!mistakes.has(code)) return error;
  return invalidRequest(
    code === authorization ? 'the statement does what is not allowed' : error.message,
    'query',
  );
}

function toParameter(value: Json): null | number | string {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function toJson(value: unknown): Json {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeof value === 'string' ? value : null;
}
