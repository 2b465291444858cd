import { types } from 'cassandra-driver';
import type { Call } from '../../../application/ports/call.ts';
import type { RawCommand, RawResult } from '../../../application/ports/database-adapter.ts';
import { invalidRequest, ServiceError } from '../../../domain/errors.ts';
import type { Json, JsonObject } from '../../../domain/value/value.ts';
import type { CassandraConnection } from './cassandra-connection.ts';
import { type CqlStatement, parseCql } from './parse-cql.ts';

const rowsPerPage = 500;

/** Runs one statement of the caller's: SELECT, and with permission INSERT, UPDATE or DELETE outside our keyspace. */
export async function runRawCql(
  connection: CassandraConnection,
  { query, params, allowWrites, maxRows }: RawCommand,
  call: Call,
): Promise<RawResult> {
  if (typeof query !== 'string') throw invalidRequest('a CQL statement is a string', 'query');
  permit(parseCql(query), connection.options.keyspace, allowWrites);
  const statement = { text: query, values: params.map(toParameter) };
  const rows: JsonObject[] = [];
  let columns: readonly string[] = [];
  let next: string | undefined;
  do {
    const page = await rejectAsRequest(() =>
      connection.page(statement, Math.max(1, Math.min(rowsPerPage, maxRows - rows.length)), next, call),
    );
    columns = page.columns.map(({ name }) => name);
    for (const row of page.rows) {
      if (rows.length >= maxRows) break;
      rows.push(Object.fromEntries(columns.map((name) => [name, toJson(row[name])])));
    }
    next = page.next;
  } while (next !== undefined && rows.length < maxRows);
  return { columns, rows };
}

function permit({ verb, names }: CqlStatement, keyspace: string, allowWrites: boolean): void {
  if (names.includes('system_auth')) throw invalidRequest('roles and their secrets cannot be read', 'query');
  if (verb === 'SELECT') return;
  const writes = ['INSERT', 'UPDATE', 'DELETE'].includes(verb);
  if (!writes || !allowWrites) throw invalidRequest('a statement of this kind is not allowed', 'query');
  if (names.includes(keyspace))
    throw invalidRequest('documents are changed through the API only, which keeps their indexes', 'query');
}

/** A mistake in the caller's statement; Cassandra's own words name identifiers, not values. */
async function rejectAsRequest<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const cause = error instanceof ServiceError ? error.cause : undefined;
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
    const { syntaxError, invalid, configError } = types.responseErrorCodes;
    if (cause instanceof Error && [syntaxError, invalid, configError].some((one) => one === code))
      throw new ServiceError('INVALID_REQUEST', cause.message, { path: 'query' }, cause);
    if (cause instanceof TypeError || (error instanceof ServiceError && error.code === 'DATABASE_ERROR'))
      throw new ServiceError(
        'INVALID_REQUEST',
        'a parameter does not fit its column',
        { path: 'params' },
        cause,
      );
    throw error;
  }
}

function toParameter(value: Json): unknown {
  return value;
}

function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (types.Long.isLong(value)) {
    const number = value.toNumber();
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof types.Tuple) return value.values().map(toJson);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), toJson(item)]));
  if (value instanceof Set) return [...value].map(toJson);
  return isPlain(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]))
    : String(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
