import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import type { ChangeSignal } from './postgresql-change-signal.ts';
import type { PostgresqlConnections } from './postgresql-connection.ts';
import { toServiceError } from './postgresql-errors.ts';
import { LogReader, logEnd, parsePosition, readLog, toLogEntry } from './postgresql-outbox.ts';

/** How often to look without a notification, milliseconds: for one that got lost, and for gaps. */
const pollInterval = 250;
const batch = 200;

/** The outbox as a stream. `LISTEN` tells when to look; looking now and then makes sure. */
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
        const start = after === undefined ? (await connections.rows(logEnd, undefined))[0]?.[0] : after;
        const reader = new LogReader(parsePosition(start ?? '0'));
        while (!call.signal.aborted) {
          const rows = await connections.rows(readLog(reader.position, collection, batch), undefined);
          const before = reader.position;
          for (const event of reader.take(rows.map(toLogEntry))) {
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
