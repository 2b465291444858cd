import { flatView } from '../../../domain/document/flat-view.ts';
import { sortKey } from '../../../domain/evaluation/sort-key.ts';
import { type DocumentRow, rowToDocument } from '../sql/document-row.ts';
import { sql } from '../sql/sql-fragment.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { pathExpressions } from './sqlite-expressions.ts';
import type { JobResults, WriteJob } from './sqlite-protocol.ts';
import type { SqliteStore } from './sqlite-store.ts';
import { tableOf } from './sqlite-table-name.ts';

/** How many documents one job looks at, so that it holds the writer up for a few milliseconds only. */
const expiryBatch = 200;
const day = 86_400_000;

/**
 * Removes documents of a TTL index whose date is older than it allows. RFC 3339 texts sort by time but for their time
 * zones, so a day more is read by the index and each date is looked at. An array counts by its earliest date.
 */
export function expireDocuments(
  connection: SqliteConnection,
  store: SqliteStore,
  { collection, index, now }: Extract<WriteJob, { kind: 'expire' }>,
): JobResults['expire'] {
  const path = index.keys[0]?.path;
  const expressions = path && pathExpressions(path, true);
  if (path === undefined || expressions === undefined || index.expireAfterSeconds === undefined)
    return { removed: 0 };
  const latest = now - index.expireAfterSeconds * 1000;
  const until = new Date(latest + day).toISOString();
  const arrays = expressions.arrays ?? sql`FALSE`;
  const table = tableOf(collection);
  const candidates = connection.all(
    sql`SELECT * FROM ${table} WHERE ${expressions.key} >= '0' AND ${expressions.key} < ${until} ORDER BY ${expressions.key} LIMIT ${expiryBatch}`,
  );
  const withArrays =
    expressions.arrays === undefined
      ? []
      : connection.all(sql`SELECT * FROM ${table} WHERE ${arrays} LIMIT ${expiryBatch}`);
  const expired = [...candidates, ...withArrays].filter((row) => {
    const [date] = sortKey(flatView(rowToDocument(collection, row as unknown as DocumentRow)), [
      { path, direction: 1 },
    ]);
    return typeof date === 'string' && Date.parse(date) <= latest;
  });
  const removals = expired.map((row) => ({
    id: String(row[0]),
    change: { kind: 'remove' } as const,
    expectedVersion: undefined,
    where: undefined,
    insert: undefined,
  }));
  store.modify(collection, removals, false, Date.now() + day);
  return { removed: removals.length };
}
