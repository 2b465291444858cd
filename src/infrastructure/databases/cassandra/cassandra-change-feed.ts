import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../../../application/ports/call.ts';
import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import type { JsonObject } from '../../../domain/value/value.ts';
import { backgroundCall } from '../background-call.ts';
import type { CassandraConnection } from './cassandra-connection.ts';
import { microsecondsOf } from './change-clock.ts';
import type { ChangeLog, ChangeRow } from './change-log.ts';

const pollMs = 200;

/**
 * The announced changes as a stream, in the order of their names, a little behind the clock: writers do not make a change
 * whose announcement came later than that. An announcement without a note of what became of it is looked into.
 */
export function cassandraChangeFeed(connection: CassandraConnection, log: ChangeLog): ChangeFeed {
  const { delayMs } = connection.options.changeFeed;
  return {
    watch: async function* ({ collection, after }, call) {
      // The end of the call is the end of the stream, not a failure of the statement that runs then.
      const unending = backgroundCall(Number.POSITIVE_INFINITY);
      let position = after === undefined ? nameOf(Date.now()) : parseToken(after);
      while (!call.signal.aborted) {
        const { rows, until } = await log.between(position, nameOf(Date.now() - delayMs), unending);
        let waiting = false;
        for (const row of rows) {
          const state = await log.stateOf(row, unending);
          if (state === 'unknown') {
            waiting = true;
            break;
          }
          position = row.change;
          if (state === 'done' && (collection === undefined || row.collection === collection))
            yield toEvent(row);
          if (call.signal.aborted) return;
        }
        if (!waiting && until > position) position = until;
        if (waiting || rows.length === 0) await pauseUnlessAborted(call);
      }
    },
  };
}

/** The least name of a moment. @param time milliseconds since the epoch. */
function nameOf(time: number): string {
  return `${String(Math.trunc(time * 1000)).padStart(17, '0')}-`;
}

async function pauseUnlessAborted({ signal }: Call): Promise<void> {
  await delay(pollMs, undefined, { signal }).catch(() => undefined);
}

function toEvent(row: ChangeRow): ChangeEvent {
  return {
    token: row.change,
    // Of several who want to remove the same state of a document, whoever does it tells the same.
    eventId: row.kind === 'deleted' ? `${row.base ?? row.change}-deleted` : row.change,
    kind: row.kind,
    collection: row.collection,
    id: row.id,
    version: row.version,
    data: row.data === null ? null : (JSON.parse(row.data) as JsonObject),
    metadata: row.metadata === null ? null : (JSON.parse(row.metadata) as JsonObject),
    occurredAt: row.occurred_at,
  };
}

function parseToken(token: string): string {
  const valid = /^\d{17}-[0-9a-f]{12}$/.test(token) && Number.isSafeInteger(microsecondsOf(token));
  if (!valid) throw invalidRequest('this is no position of the change log', 'Last-Event-ID');
  return token;
}
