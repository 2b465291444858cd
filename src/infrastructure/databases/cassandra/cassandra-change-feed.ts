import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../../../application/ports/call.ts';
import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import { backgroundCall } from '../background-call.ts';
import type { CassandraConnection } from './cassandra-connection.ts';
import { microsecondsOf } from './change-clock.ts';
import type { ChangeLog, LoggedChange } from './change-log.ts';

const pollMs = 200;

/**
 * The announced changes as a stream, in the order of their names, a little behind the clock: writers do not make a change
 * whose announcement came later than that. An announcement of whose end its writer said nothing is looked into.
 */
export function cassandraChangeFeed(connection: CassandraConnection, log: ChangeLog): ChangeFeed {
  const { delayMs } = connection.options.changeFeed;
  return {
    watch: async function* ({ collection, after }, call) {
      // The end of the call is the end of the stream, not a failure of the statement that runs then.
      const unending = backgroundCall(Number.POSITIVE_INFINITY);
      let position = after === undefined ? nameOf(Date.now()) : parseToken(after);
      while (!call.signal.aborted) {
        const { changes, until } = await log.between(position, nameOf(Date.now() - delayMs), unending);
        let waiting = false;
        for (const one of await log.judged(changes, unending)) {
          if (one.state === 'open') {
            waiting = true;
            break;
          }
          position = one.change;
          if (one.state === 'done' && (collection === undefined || one.collection === collection))
            yield toEvent(one);
          if (call.signal.aborted) return;
        }
        if (!waiting && until > position) position = until;
        if (waiting || changes.length === 0) await pauseUnlessAborted(call);
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

function toEvent({
  change,
  kind,
  collection,
  id,
  version,
  base,
  data,
  metadata,
  occurredAt,
}: LoggedChange): ChangeEvent {
  // Of several who want to remove the same state of a document, whoever does it tells the same.
  const eventId = kind === 'deleted' ? `${base ?? change}-deleted` : change;
  return { token: change, eventId, kind, collection, id, version, data, metadata, occurredAt };
}

function parseToken(token: string): string {
  const valid = /^\d{17}-[0-9a-f]{12}$/.test(token) && Number.isSafeInteger(microsecondsOf(token));
  if (!valid) throw invalidRequest('this is no position of the change log', 'Last-Event-ID');
  return token;
}
