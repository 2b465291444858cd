import { constants, type DatabaseSync, type StatementSync } from 'node:sqlite';
import { invalidRequest } from '../../../domain/errors.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { isSqliteError } from './sqlite-errors.ts';
import type { StatementLimits } from './sqlite-functions.ts';
import { readCollections } from './sqlite-ledger.ts';
import type { JobResults, WriteJob } from './sqlite-protocol.ts';
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

/** Runs one statement of the caller's that reads, on a connection that cannot write. */
export function runRawRead(
  { db }: SqliteConnection,
  raw: RawStatement,
  limits: StatementLimits,
): JobResults['raw'] {
  const permission = { verbs: /^(SELECT|WITH|VALUES)\b/i, actions: readActions, onWrite: () => undefined };
  return runPermitted(db, raw, permission, limits);
}

/** Inside the writer's transaction. Documents that it inserts or deletes are counted again. */
export function runRawWrite(
  connection: SqliteConnection,
  job: Extract<WriteJob, { kind: 'raw' }>,
): JobResults['raw'] {
  const touched = new Set<string>();
  const verbs = /^(SELECT|WITH|VALUES|INSERT|REPLACE|UPDATE|DELETE)\b/i;
  const permission = { verbs, actions: writeActions, onWrite: (table: string) => touched.add(table) };
  const limits = { deadline: job.deadline, cancelled: () => false };
  const result = runPermitted(connection.db, job, permission, limits);
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
  limits: StatementLimits,
): JobResults['raw'] {
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
    return readRows(statement, raw, limits);
  } catch (error) {
    throw asRequestError(error);
  } finally {
    db.setAuthorizer(null);
  }
}

function readRows(statement: StatementSync, raw: RawStatement, limits: StatementLimits): JobResults['raw'] {
  const rows: JsonObject[] = [];
  const columns = statement.columns().map(({ name }) => name);
  for (const row of statement.iterate(...raw.params.map(toParameter))) {
    rows.push(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toJson(value)])));
    if (rows.length >= raw.maxRows || limits.cancelled() || Date.now() > limits.deadline) break;
  }
  return { columns, rows };
}

/** A mistake in the caller's statement (SQLITE_ERROR, _READONLY, _AUTH, _RANGE); the message is SQLite's and holds no value. */
function asRequestError(error: unknown): unknown {
  if (!isSqliteError(error) || ![1, 8, 23, 25].includes(error.errcode & 255)) return error;
  return invalidRequest(
    error.errcode === 23 ? 'the statement does what is not allowed' : error.message,
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
