import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { lastSequence, parseSequence, readChanges } from './sqlite-outbox.ts';

/** How often to look for changes of other processes, milliseconds. */
const pollInterval = 250;
const batch = 100;

/** The outbox as a stream; a change of this process is seen at once, another's with the next poll. */
export function sqliteChangeFeed(database: SqliteDatabase): ChangeFeed {
  return {
    watch: async function* ({ collection, after }, call) {
      const local = database.opened?.local ?? (await database.open()).local;
      let position = after === undefined ? lastSequence(local) : parseSequence(after);
      while (!call.signal.aborted) {
        const changes = readChanges(local, position, collection, batch);
        for (const change of changes) {
          position = Number(change.token);
          yield change;
          if (call.signal.aborted) return;
        }
        if (changes.length < batch) await nextChange(database, call.signal);
      }
    },
  };
}

function nextChange(database: SqliteDatabase, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      forget();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, pollInterval);
    const forget = database.onCommit(wake);
    signal.addEventListener('abort', wake);
  });
}
