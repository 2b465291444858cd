import type { ResultSetHeader } from 'mysql2';
import type { Change } from '../../../domain/document/modification.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { andSql, notSql } from '../sql/combine-conditions.ts';
import type { FieldChanges } from '../sql/plan-field-changes.ts';
import { planFieldChanges } from '../sql/plan-field-changes.ts';
import { joinSql, type SqlFragment, sql } from '../sql/sql-fragment.ts';
import { literalSql } from './mysql-expression.ts';
import { jsonPath, valueAt } from './mysql-paths.ts';
import type { MysqlSession } from './mysql-session.ts';
import { ledgerTables } from './mysql-tables.ts';
import { double, isType, numeric } from './mysql-value-test.ts';
import type { WriteTarget } from './mysql-writes.ts';

/** A change of documents that does not need to see them. */
export type PlannedChange =
  | { readonly kind: 'remove' }
  /** `data` afterwards, as an expression of the row; only where `possible` holds. */
  | { readonly kind: 'update'; readonly data: SqlFragment; readonly possible: SqlFragment | undefined };

export interface Changed {
  readonly matched: number;
  readonly modified: number;
}

/**
 * Removals, and updates that set, unset or increment fields of the document itself; undefined: document by document, as
 * where a unique index wants every document's keys.
 */
export function planChange(change: Change, { indexes }: WriteTarget): PlannedChange | undefined {
  if (indexes.some(({ unique }) => unique)) return undefined;
  if (change.kind === 'remove') return { kind: 'remove' };
  const fields = change.kind === 'update' ? planFieldChanges(change.update) : undefined;
  return fields && changedData(fields);
}

function changedData({ unset, set, inc }: FieldChanges): PlannedChange | undefined {
  const names = [...unset, ...set.map(([name]) => name), ...inc.map(([name]) => name)];
  const literals = set.map(([name, value]) => [name, literalSql(value)] as const);
  if (!names.every((name) => name.isWellFormed()) || literals.some(([, value]) => value === undefined))
    return undefined;
  const removed = unset.map((name) => sql`, ${jsonPath([name])}`);
  const kept = unset.length === 0 ? sql`data` : sql`JSON_REMOVE(data${joinSql(removed, '')})`;
  const values = [...literals, ...inc.map(([name, by]) => [name, sumSql(name, by)] as const)];
  const pairs = values.map(([name, value]) => sql`, ${jsonPath([name])}, ${value ?? sql`NULL`}`);
  const data = pairs.length === 0 ? kept : sql`JSON_SET(${kept}${joinSql(pairs, '')})`;
  const possible = inc.length === 0 ? undefined : andSql(inc.map(([name, by]) => canAdd(name, by)));
  return { kind: 'update', data, possible };
}

/** Far from where the sum of two doubles has none. */
const largest = sql`1e300`;
const safe = sql`9007199254740991e0`;

/** Whether the field is missing or a number to which another can be added without an error of the domain's. */
function canAdd(name: string, by: number): SqlFragment {
  const current = valueAt({ root: sql`data`, steps: [name] });
  const number = double(current);
  const exact = sql`(ABS(${number}) > ${safe} OR ${number} <> FLOOR(${number}) OR ABS(${number} + ${bound(by)}) <= ${safe})`;
  const inside = Number.isSafeInteger(by) ? exact : sql`TRUE`;
  const fits = sql`(${isType(current, numeric)} AND ABS(${number}) < ${largest} AND ${inside})`;
  return Math.abs(by) < 1e300 ? sql`(${current} IS NULL OR ${fits})` : sql`FALSE`;
}

/** The sum as JSON writes it: whole numbers without a fraction, one zero. */
function sumSql(name: string, by: number): SqlFragment {
  const number = double(valueAt({ root: sql`data`, steps: [name] }));
  const sum = sql`(COALESCE(${number}, 0e0) + ${bound(by)})`;
  const whole = sql`(${sum} = FLOOR(${sum}) AND ABS(${sum}) <= ${safe})`;
  const integer = sql`CAST(CAST(IF(${whole}, ${sum}, 0) AS DECIMAL(30, 0)) AS SIGNED)`;
  return sql`IF(${whole}, CAST(${integer} AS JSON), CAST(${sum} AS JSON))`;
}

function bound(value: number): SqlFragment {
  return sql`CAST(${value} AS DOUBLE)`;
}

/**
 * Changes all documents for which the condition holds, in a transaction: their lines of the change log are written first,
 * which locks the documents, and the documents from these. Undefined: one of them cannot be changed so.
 */
export async function changeMatching(
  session: MysqlSession,
  target: WriteTarget,
  where: SqlFragment,
  change: PlannedChange,
): Promise<Changed | undefined> {
  const { table } = target;
  const now = new Date().toISOString();
  if (change.kind === 'remove') {
    const logged = await log(session, target, now, where, undefined);
    if (logged.count === 0) return { matched: 0, modified: 0 };
    settle(logged, await session.run(sql`DELETE t FROM ${joined(target, logged, 'deleted')}`));
    return { matched: logged.count, modified: logged.count };
  }
  const { data, possible } = change;
  if (possible !== undefined && (await isRefused(session, table, andSql([where, notSql(possible)]))))
    return undefined;
  const able = possible === undefined ? [where] : [where, possible];
  const logged = await log(session, target, now, andSql([...able, sql`${data} <> data`]), data);
  const unchanged = sql`SELECT COUNT(*) FROM ${table} WHERE ${andSql([...able, sql`${data} = data`])}`;
  const [row] = await session.rows(unchanged);
  if (logged.count > 0) {
    const assigned = sql`t.data = o.data, t.version = o.version, t.updated_at = o.occurred_at`;
    const from = joinedParts(target);
    const update = sql`UPDATE ${from} SET ${assigned} WHERE ${isLogged(target, logged, 'updated')}`;
    settle(logged, await session.run(update));
  }
  return { matched: logged.count + Number(row?.[0] ?? 0), modified: logged.count };
}

interface Logged {
  readonly first: number;
  readonly count: number;
}

async function isRefused(
  session: MysqlSession,
  table: SqlFragment,
  condition: SqlFragment,
): Promise<boolean> {
  const rows = await session.rows(sql`SELECT 1 FROM ${table} WHERE ${condition} LIMIT 1 FOR UPDATE`);
  return rows.length > 0;
}

/** @param data of an update; undefined: the documents are removed */
async function log(
  session: MysqlSession,
  { collection, table }: WriteTarget,
  now: string,
  where: SqlFragment,
  data: SqlFragment | undefined,
): Promise<Logged> {
  const kind = data === undefined ? 'deleted' : 'updated';
  const bodies = data === undefined ? sql`NULL, NULL` : sql`CAST(${data} AS CHAR), CAST(metadata AS CHAR)`;
  const [result] = await session.execute(
    sql`INSERT INTO ${ledgerTables.outbox} (collection, id, kind, version, data, metadata, occurred_at) SELECT ${collection}, id, ${kind}, ${loggedVersion(kind, sql`version`)}, ${bodies}, ${now} FROM ${table} WHERE ${where} FOR UPDATE`,
  );
  const { insertId, affectedRows } = result as ResultSetHeader;
  return { first: insertId, count: affectedRows };
}

function joinedParts({ table }: WriteTarget): SqlFragment {
  return sql`${ledgerTables.outbox} AS o JOIN ${table} AS t ON t.id = o.id`;
}

function joined(target: WriteTarget, logged: Logged, kind: 'deleted' | 'updated'): SqlFragment {
  return sql`${joinedParts(target)} WHERE ${isLogged(target, logged, kind)}`;
}

/** Others that changed the same document before logged a version that is its own by now. */
function isLogged({ collection }: WriteTarget, { first }: Logged, kind: 'deleted' | 'updated'): SqlFragment {
  return sql`o.seq >= ${first} AND o.collection = ${collection} AND o.kind = ${kind} AND o.version = ${loggedVersion(kind, sql`t.version`)}`;
}

/** The version after an update; of a deletion the last that there was. */
function loggedVersion(kind: 'deleted' | 'updated', version: SqlFragment): SqlFragment {
  return kind === 'deleted' ? version : sql`${version} + 1`;
}

function settle({ count }: Logged, changed: number): void {
  if (changed !== count)
    throw new ServiceError('DATABASE_ERROR', 'the change log and the documents do not agree', {
      database: 'mysql',
    });
}
