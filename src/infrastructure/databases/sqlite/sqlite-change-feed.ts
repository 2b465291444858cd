import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import type { SqliteChangeTail } from './sqlite-change-tail.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { checkPosition, lastSequence, parseSequence, readChanges } from './sqlite-outbox.ts';

/**
 * The outbox as a stream. A position that it does not go back to is INVALID_REQUEST, also where a watcher fell behind
 * that far: nobody misses a change without being told.
 */
export function sqliteChangeFeed(database: SqliteDatabase, tail: SqliteChangeTail): ChangeFeed {
  return {
    watch: async function* ({ collection, after }, call) {
      tail.enter();
      try {
        let position = await startOf(database, after);
        while (!call.signal.aborted) {
          for await (const change of following(database, tail, position, collection, call.signal)) {
            const sequence = Number(change.token);
            if (sequence <= position) continue;
            position = sequence;
            yield change;
            if (call.signal.aborted) return;
          }
        }
      } finally {
        tail.leave();
      }
    },
  };
}

async function startOf(database: SqliteDatabase, after: string | undefined): Promise<number> {
  const local = await currentConnection(database);
  if (after === undefined) return lastSequence(local);
  const position = parseSequence(after);
  checkPosition(local, position);
  return position;
}

/** What is there after the position; when that is all, what comes then, for as long as the watcher keeps up. */
async function* following(
  database: SqliteDatabase,
  tail: SqliteChangeTail,
  position: number,
  collection: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<ChangeEvent> {
  const local = await currentConnection(database);
  // First, so that nothing comes to be between what is read and what is told; some changes are both.
  const told = tail.subscribe(collection);
  try {
    const { changes, complete } = readChanges(local, position, collection);
    checkPosition(local, position);
    yield* changes;
    if (complete) yield* told.changes(signal);
  } finally {
    tail.unsubscribe(told);
  }
}

async function currentConnection(database: SqliteDatabase): Promise<SqliteConnection> {
  const { local, snapshot } = await database.open();
  snapshot.end();
  return local;
}
