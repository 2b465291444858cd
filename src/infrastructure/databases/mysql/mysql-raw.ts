import type { Call } from '../../../application/ports/call.ts';
import type { RawCommand, RawResult } from '../../../application/ports/database-adapter.ts';
import { invalidRequest, ServiceError, validationError } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/value/value.ts';
import { joinSql, type SqlFragment, sql, trustedSql } from '../sql/sql-fragment.ts';
import type { MysqlDatabase } from './mysql-database.ts';
import { errno, hasErrno, isMysqlError } from './mysql-errors.ts';

const reading = new Set(['SELECT', 'WITH', 'SHOW', 'EXPLAIN', 'DESCRIBE', 'DESC', 'TABLE', 'VALUES']);
const writing = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE']);
/** What reaches out of the database, holds others up, or stays with the connection. */
const denied =
  /\b(OUTFILE|DUMPFILE|LOAD_FILE|GET_LOCK|RELEASE_LOCK|RELEASE_ALL_LOCKS|SLEEP|BENCHMARK|MASTER_POS_WAIT|SOURCE_POS_WAIT|WAIT_FOR_EXECUTED_GTID_SET)\b|:=|\bINTO\s+@|\/\*!|\/\*\+/i;

/** One statement, prepared, so that there can be no second one; without writes in a transaction that cannot write. */
export async function runRaw(database: MysqlDatabase, command: RawCommand, call: Call): Promise<RawResult> {
  const { query, params, maxRows, allowWrites } = command;
  if (typeof query !== 'string') throw validationError('the query of MySQL is SQL text', 'query');
  const statement = rawStatement(query, params, allowWrites);
  await database.open();
  return database.connections.use(call, async (session) => {
    await session.command(allowWrites ? 'START TRANSACTION' : 'START TRANSACTION READ ONLY');
    try {
      const [result, columns] = await session.execute(statement);
      await session.command('COMMIT');
      const rows = Array.isArray(result) ? (result as readonly (readonly unknown[])[]) : [];
      return { columns, rows: rows.slice(0, maxRows).map((row) => toObject(columns, row)) };
    } catch (error) {
      await session.command('ROLLBACK').catch(() => undefined);
      throw asRequestError(error);
    }
  });
}

function rawStatement(query: string, params: readonly Json[], allowWrites: boolean): SqlFragment {
  const bare = withoutTexts(query);
  const [word = ''] = /[A-Za-z]+/.exec(bare) ?? [];
  const kind = word.toUpperCase();
  const known = reading.has(kind) || (allowWrites && writing.has(kind));
  if (!known || !/^[\s(]*[A-Za-z]/.test(bare))
    throw writing.has(kind)
      ? new ServiceError('PERMISSION_DENIED', `${kind} writes, and raw queries are read-only here`, {})
      : invalidRequest('the statement is not among the allowed ones', 'query');
  if (denied.test(bare)) throw invalidRequest('the statement does what is not allowed', 'query');
  if (allowWrites && /\$(indexes|outbox|unique_keys)/i.test(query))
    throw new ServiceError('PERMISSION_DENIED', "the service's own tables change by the API alone", {});
  const pieces = query.split('?');
  if (pieces.length - 1 === params.length && bare.split('?').length === pieces.length)
    return joinParts(pieces, params);
  return sql`${trustedSql(query)}`;
}

/** The caller's own statement, its placeholders bound. */
function joinParts(pieces: readonly string[], params: readonly Json[]): SqlFragment {
  return joinSql(
    pieces.map((piece, i) => {
      const text = trustedSql(piece);
      return i === 0 ? text : sql`${toParameter(params[i - 1] ?? null)}${text}`;
    }),
    '',
  );
}

/** The statement without its string literals, quoted names and comments; executable comments stay. */
function withoutTexts(query: string): string {
  return query.replace(
    /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|--[^\n]*|#[^\n]*|\/\*(?![!+])[\s\S]*?\*\//g,
    "''",
  );
}

function toParameter(value: Json): null | number | string | boolean {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function toObject(columns: readonly string[], row: readonly unknown[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(columns.map((name, i) => [name, toJson(row[i])]));
}

function toJson(value: unknown): Json {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** A mistake in the caller's statement; the message is MySQL's and holds no value that the caller did not send. */
function asRequestError(error: unknown): unknown {
  if (!isMysqlError(error)) return error;
  const mistakes = [
    errno.syntax,
    1054,
    1052,
    1055,
    1056,
    1064,
    1109,
    1111,
    1136,
    1210,
    1242,
    1305,
    1411,
    1365,
  ];
  if (error.errno === 1792) return new ServiceError('PERMISSION_DENIED', 'the statement writes', {}, error);
  if (!mistakes.includes(error.errno) && !hasErrno(error, errno.missingTable)) return error;
  return invalidRequest(error.message, 'query');
}
