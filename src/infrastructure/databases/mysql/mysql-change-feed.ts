import type { Call } from '../../../application/ports/call.ts';
import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import { positionAhead, positionGone, positionRefusal, removedKind } from '../position-refusal.ts';
import { sql } from '../sql/sql-fragment.ts';
import type { MysqlDatabase } from './mysql-database.ts';
import { changesSql, type OutboxRow, parseSequence, toEvent } from './mysql-outbox.ts';
import { ledgerTables } from './mysql-tables.ts';

/** How often to look for changes, milliseconds. */
const pollInterval = 200;
const batch = 100;

/** The outbox as a stream. A position that it does not go back to is INVALID_REQUEST, also where a watcher fell behind. */
export function mysqlChangeFeed(database: MysqlDatabase): ChangeFeed {
  return {
    watch: async function* ({ collection, after }, call) {
      let position = await startOf(database, after, call);
      while (!call.signal.aborted) {
        const changes = await settledChanges(database, position, call);
        for (const row of changes) {
          position = Number(row[0]);
          if (collection !== undefined && row[1] !== collection) continue;
          yield toEvent(row);
          if (call.signal.aborted) return;
        }
        if (changes.length < batch) await pause(call.signal);
      }
    },
  };
}

async function startOf(database: MysqlDatabase, after: string | undefined, call: Call): Promise<number> {
  const last = await lastSequence(database, call);
  if (after === undefined) return last;
  const position = parseSequence(after);
  // An empty log may be one of which everything was removed.
  if (position > last && last > 0) throw positionRefusal(positionAhead, { latest: String(last) });
  return position;
}

async function lastSequence(database: MysqlDatabase, call: Call): Promise<number> {
  const [row] = await database.rows(sql`SELECT COALESCE(MAX(seq), 0) FROM ${ledgerTables.outbox}`, call);
  return Number(row?.[0] ?? 0);
}

/**
 * The changes after a position up to the first that may still come: numbers are given before the commit, so a gap is
 * either a change that was rolled back or one of a transaction that has not ended.
 */
async function settledChanges(
  database: MysqlDatabase,
  position: number,
  call: Call,
): Promise<readonly OutboxRow[]> {
  const rows = await readChanges(database, position, call);
  const gap = firstGap(rows, position);
  if (gap === undefined) return rows;
  if (gap.at > 0) return rows.slice(0, gap.at);
  await pause(call.signal);
  await waitForEnd(database, gap, call);
  const settled = await readChanges(database, position, call);
  return settled.slice(0, firstGap(settled, gap.to)?.at);
}

async function readChanges(
  database: MysqlDatabase,
  position: number,
  call: Call,
): Promise<readonly OutboxRow[]> {
  const rows = await database.rows(changesSql(position, database.limitOf(batch)), call);
  const removed = rows.findLast(([, , , kind]) => kind === removedKind);
  if (removed === undefined) return rows as unknown as readonly OutboxRow[];
  const latest = String(await lastSequence(database, call));
  throw positionRefusal(positionGone, { oldest: String(removed[0]), latest });
}

interface Gap {
  /** Of the row that follows. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** @param settled up to this number nothing more can come */
function firstGap(rows: readonly OutboxRow[], settled: number): Gap | undefined {
  let expected = settled + 1;
  for (const [at, row] of rows.entries()) {
    const found = Number(row[0]);
    if (found > expected) return { at, from: expected, to: found - 1 };
    expected = Math.max(expected, found + 1);
  }
  return undefined;
}

/** A locking read waits for the transactions that have inserted these numbers. */
async function waitForEnd(database: MysqlDatabase, { from, to }: Gap, call: Call): Promise<void> {
  await database.rows(
    sql`SELECT seq FROM ${ledgerTables.outbox} WHERE seq BETWEEN ${from} AND ${to} FOR SHARE`,
    call,
  );
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, pollInterval);
    signal.addEventListener('abort', wake);
  });
}
