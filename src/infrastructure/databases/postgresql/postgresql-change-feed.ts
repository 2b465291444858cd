import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import { positionAhead, positionGone, positionRefusal } from '../position-refusal.ts';
import type { ChangeSignal } from './postgresql-change-signal.ts';
import type { PostgresqlConnections } from './postgresql-connection.ts';
import { toServiceError } from './postgresql-errors.ts';
import { type LogEntry, LogReader, logEnd, parsePosition, readLog, toLogEntry } from './postgresql-outbox.ts';

/** How often to look without a notification, milliseconds: for one that got lost, and for gaps. */
const pollInterval = 250;
const batch = 200;

/**
 * The outbox as a stream. A position that it does not go back to is INVALID_REQUEST, also where a watcher fell behind.
 * `LISTEN` tells when to look; looking now and then makes sure.
 */
export function postgresqlChangeFeed(
  connections: PostgresqlConnections,
  ready: () => Promise<void>,
  signal: ChangeSignal,
): ChangeFeed {
  return {
    watch: async function* ({ collection, after }, call) {
      await ready();
      const forget = signal.listen();
      try {
        const reader = new LogReader(await startOf(connections, after));
        while (!call.signal.aborted) {
          const rows = await connections.rows(readLog(reader.position, collection, batch), undefined);
          const entries = rows.map(toLogEntry);
          await checkComplete(connections, entries);
          const before = reader.position;
          for (const event of reader.take(entries)) {
            yield event;
            if (call.signal.aborted) return;
          }
          if (rows.length < batch || reader.position === before) await signal.next(pollInterval, call.signal);
        }
      } catch (error) {
        throw toServiceError(error);
      } finally {
        forget();
      }
    },
  };
}

async function startOf(connections: PostgresqlConnections, after: string | undefined): Promise<bigint> {
  const last = await lastPosition(connections);
  if (after === undefined) return last;
  const position = parsePosition(after);
  // An empty log may be one of which everything was removed.
  if (position > last && last > 0n) throw positionRefusal(positionAhead, { latest: String(last) });
  return position;
}

async function checkComplete(
  connections: PostgresqlConnections,
  entries: readonly LogEntry[],
): Promise<void> {
  const removed = entries.findLast(({ isMark }) => isMark);
  if (removed === undefined) return;
  const latest = String(await lastPosition(connections));
  throw positionRefusal(positionGone, { oldest: String(removed.seq), latest });
}

async function lastPosition(connections: PostgresqlConnections): Promise<bigint> {
  const [row] = await connections.rows(logEnd, undefined);
  return BigInt(row?.[0] ?? 0);
}
