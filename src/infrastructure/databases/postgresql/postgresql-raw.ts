import pg from 'pg';
import Cursor from 'pg-cursor';
import type { Call } from '../../../application/ports/call.ts';
import type { RawCommand, RawResult } from '../../../application/ports/database-adapter.ts';
import { ServiceError, validationError } from '../../../domain/errors.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import { hasEnded, reasonOfEnd } from '../sql/call-end.ts';
import type { PostgresqlConnections } from './postgresql-connection.ts';
import { isPostgresqlError, toConnectError, toServiceError } from './postgresql-errors.ts';

/**
 * Runs SQL of the caller's on a connection of its own, which is closed afterwards, so that no setting outlives it. Reads
 * run in a transaction that the server holds to reading; the extended protocol takes one statement only.
 */
export async function runRaw(
  connections: PostgresqlConnections,
  command: RawCommand,
  call: Call,
): Promise<RawResult> {
  const { query, params, maxRows, allowWrites } = command;
  if (typeof query !== 'string') throw validationError('the query of PostgreSQL is SQL text', 'query');
  const timeout = Math.max(1, call.deadline - Date.now());
  const client = new pg.Client({
    ...connections.clientConfig(),
    pipeline: false,
    connectionTimeoutMillis: Math.min(timeout, 10_000),
  });
  client.on('error', () => undefined);
  const leave = (): void => void connections.cancel(client);
  call.signal.addEventListener('abort', leave, { once: true });
  try {
    await client.connect().catch((error: unknown) => {
      throw toConnectError(error);
    });
    await client.query(`SET TimeZone = 'UTC'; SET statement_timeout = ${Math.ceil(timeout)}`);
    await client.query(allowWrites ? 'BEGIN' : 'BEGIN READ ONLY');
    // The first statement fixes the snapshot, after which the server refuses to leave READ ONLY.
    await client.query('SELECT 1');
    if (hasEnded(call)) throw reasonOfEnd(call);
    const result = await readRows(client, query, params, maxRows);
    await client.query(allowWrites ? 'COMMIT' : 'ROLLBACK');
    return result;
  } catch (error) {
    throw rawFailure(error);
  } finally {
    call.signal.removeEventListener('abort', leave);
    await client.end().catch(() => undefined);
  }
}

async function readRows(
  client: pg.Client,
  query: string,
  params: readonly Json[],
  maxRows: number,
): Promise<RawResult> {
  const bound = params.map((value) =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
  );
  const cursor = client.query(new Cursor<JsonObject>(query, bound, { types: { getTypeParser } }));
  const { rows, result } = await new Promise<{ rows: JsonObject[]; result: pg.QueryResult }>(
    (resolve, reject) => {
      cursor.read(maxRows, (error, found, answer) =>
        error ? reject(error) : resolve({ rows: found, result: answer }),
      );
    },
  );
  await cursor.close();
  return { columns: (result.fields ?? []).map(({ name }) => name), rows };
}

/** What JSON can hold as it is; the rest leaves as PostgreSQL's text. https://www.postgresql.org/docs/current/catalog-pg-type.html */
const { builtins } = pg.types;
const parsers: Readonly<Record<number, (text: string) => Json>> = {
  [builtins.BOOL]: (text) => text === 't',
  [builtins.INT2]: Number,
  [builtins.INT4]: Number,
  [builtins.OID]: Number,
  [builtins.FLOAT4]: doubleOrText,
  [builtins.FLOAT8]: doubleOrText,
  [builtins.INT8]: exactOrText,
  [builtins.NUMERIC]: exactOrText,
  [builtins.JSON]: (text) => JSON.parse(text) as Json,
  [builtins.JSONB]: (text) => JSON.parse(text) as Json,
};

function getTypeParser(type: number): (text: string) => Json {
  return parsers[type] ?? ((text) => text);
}

function doubleOrText(text: string): Json {
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Digits that a double would lose stay text. */
function exactOrText(text: string): Json {
  const value = Number(text);
  return Number.isSafeInteger(value) || (String(value) === text && Number.isFinite(value)) ? value : text;
}

/** The caller wrote the statement, so what the server says of it may be told: it names no data of others. */
function rawFailure(error: unknown): ServiceError {
  const known = toServiceError(error);
  if (!isPostgresqlError(error)) return known;
  if (error.code === '25006')
    return new ServiceError('PERMISSION_DENIED', 'a read-only query cannot write', {}, error);
  if (/^(42|22|2[01345F]|0A|26|3[0-9])/.test(error.code) && known.code !== 'PERMISSION_DENIED')
    return new ServiceError('INVALID_REQUEST', error.message, { path: 'query', sqlstate: error.code }, error);
  return known;
}
