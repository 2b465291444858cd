import { createHash } from 'node:crypto';
import type { Document } from '../../../domain/document/document.ts';
import { flatView } from '../../../domain/document/flat-view.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { canonicalKey } from '../../../domain/evaluation/canonical-key.ts';
import { compileFilter } from '../../../domain/evaluation/compile-filter.ts';
import { EvaluationBudget } from '../../../domain/evaluation/evaluation-context.ts';
import { valuesAt } from '../../../domain/evaluation/values-at.ts';
import type { Json, Value, ValueObject } from '../../../domain/value/value.ts';
import { isArray, isObject } from '../../../domain/value/value-type.ts';
import { joinSql, sql } from '../sql/sql-fragment.ts';
import type { DocumentChange } from './mysql-change.ts';
import { errno, hasErrno } from './mysql-errors.ts';
import type { StoredIndex } from './mysql-ledger.ts';
import type { MysqlSession } from './mysql-session.ts';
import { chunks, rowList } from './mysql-statements.ts';
import { ledgerTables } from './mysql-tables.ts';

/** A key that a document holds in a unique index. */
type UniqueKey = readonly [index: string, hash: string, id: string];

const filterSteps = 1_000_000;

/**
 * The keys of a document in a unique index, hashed: one for each element of a field that is an array, missing as null,
 * none where the index leaves the document out.
 */
export function uniqueHashes(index: StoredIndex, document: Document): readonly string[] {
  const view = flatView(document);
  if (!belongs(index, view)) return [];
  let keys: readonly string[] = [''];
  for (const { path } of index.keys) {
    const found = valuesAt(view, path).map((value) => canonicalKey(sorted(value)));
    const values = found.length === 0 ? [canonicalKey(null)] : found;
    keys = keys.flatMap((key) => values.map((value) => (key === '' ? value : `${key},${value}`)));
  }
  return [...new Set(keys)].map((key) => createHash('sha256').update(key).digest('hex'));
}

function belongs({ sparse, keys, partialFilter }: StoredIndex, view: ValueObject): boolean {
  const context = {
    now: new Date(),
    budget: new EvaluationBudget(filterSteps, Number.POSITIVE_INFINITY),
    keyOrder: 'ignored',
  } as const;
  if (partialFilter !== undefined && !compileFilter(partialFilter.filter, context)(view)) return false;
  return !sparse || keys.some(({ path }) => compileFilter({ kind: 'exists', path }, context)(view));
}

/** The database gives fields back in an order of its own. */
function sorted(value: Value): Value {
  if (isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}

/** Gives up the keys that the changed documents no longer hold, and takes their new ones. */
export async function moveUniqueKeys(
  session: MysqlSession,
  indexes: readonly StoredIndex[],
  changes: readonly DocumentChange[],
): Promise<void> {
  const unique = indexes.filter((index) => index.unique);
  if (unique.length === 0) return;
  const given: UniqueKey[] = [];
  const taken: UniqueKey[] = [];
  for (const index of unique)
    for (const { before, after } of changes) {
      const had = new Set(before && uniqueHashes(index, before));
      const has = new Set(after && uniqueHashes(index, after));
      for (const hash of had.difference(has)) given.push([String(index.number), hash, before?.id ?? '']);
      for (const hash of has.difference(had)) taken.push([String(index.number), hash, after?.id ?? '']);
    }
  const order = (a: UniqueKey, b: UniqueKey): number => (a[0] + a[1] < b[0] + b[1] ? -1 : 1);
  for (const part of chunks(given.sort(order))) {
    const keys = part.map(
      ([index, hash, id]) => sql`(index_number = ${index} AND key_hash = ${hash} AND id = ${id})`,
    );
    await session.run(sql`DELETE FROM ${ledgerTables.uniqueKeys} WHERE ${joinSql(keys, ' OR ')}`);
  }
  await takeKeys(session, unique, taken.sort(order));
}

async function takeKeys(
  session: MysqlSession,
  indexes: readonly StoredIndex[],
  keys: readonly UniqueKey[],
): Promise<void> {
  for (const part of chunks(keys)) {
    try {
      await session.run(
        sql`INSERT INTO ${ledgerTables.uniqueKeys} (index_number, key_hash, id) VALUES ${rowList(part)}`,
      );
    } catch (error) {
      if (!hasErrno(error, errno.duplicateKey)) throw error;
      throw duplicateKey(indexes, part, error);
    }
  }
}

/** MySQL's message names the entry: `Duplicate entry '7-0af…' for key …`. */
function duplicateKey(
  indexes: readonly StoredIndex[],
  keys: readonly UniqueKey[],
  cause: Error,
): ServiceError {
  const [, number] = /entry '(\d+)-/.exec(cause.message) ?? [];
  const index = indexes.find((one) => String(one.number) === (number ?? keys[0]?.[0]));
  const name = index?.name ?? '';
  const details: Record<string, Json> = { index: name };
  return new ServiceError('DUPLICATE_KEY', `the unique index ${name} has this key already`, details, cause);
}
