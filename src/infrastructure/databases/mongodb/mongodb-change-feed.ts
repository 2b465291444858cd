import { setTimeout as delay } from 'node:timers/promises';
import { BSON, type Db, MongoError, MongoServerError, type ResumeToken } from 'mongodb';
import type { Call } from '../../../application/ports/call.ts';
import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import { toChangeEvent } from './mongodb-change-event.ts';
import { openStream, type Position, type StreamChange } from './mongodb-change-stream.ts';
import type { MongodbConnection } from './mongodb-connection.ts';
import { needsReplicaSet, toServiceError } from './mongodb-errors.ts';
import { type BsonDocument, isBsonDocument } from './mongodb-values.ts';

type Scope = Parameters<ChangeFeed['watch']>[0];

const longestPauseMs = 5000;

/** Change streams, resumed after a lost connection and after the collection was dropped, until the signal aborts. */
export function mongodbChangeFeed(connection: MongodbConnection): ChangeFeed {
  return { watch: (scope, call) => watch(connection, scope, call) };
}

async function* watch(connection: MongodbConnection, scope: Scope, call: Call): AsyncIterable<ChangeEvent> {
  const position: Position = { token: scope.after === undefined ? undefined : parseToken(scope.after) };
  for (let failures = 0; !call.signal.aborted; ) {
    try {
      for await (const event of changes(connection, scope.collection, position, call)) {
        failures = 0;
        if (event !== undefined) yield event;
      }
    } catch (error) {
      if (call.signal.aborted) return;
      if (!isResumable(error)) throw toServiceError(error, scope.collection);
      failures += 1;
      await pause(Math.min(100 * 2 ** failures, longestPauseMs) * Math.random(), call);
    }
  }
}

/**
 * What may go by itself: the connection, the server, and what the server says itself.
 * https://github.com/mongodb/specifications/blob/master/source/change-streams/change-streams.md#resumable-error
 */
function isResumable(error: unknown): boolean {
  if (error instanceof MongoError && error.hasErrorLabel('ResumableChangeStreamError')) return true;
  if (error instanceof MongoServerError && error.code === cursorNotFound) return true;
  const { code } = toServiceError(error);
  return code === 'CONNECTION_ERROR' || code === 'QUERY_TIMEOUT';
}

const cursorNotFound = 43;

/**
 * The changes of one stream, until it ends: the signal aborts, or the collection is dropped. Undefined: nothing to
 * tell, but the log was read. The position is that of the last change that was taken.
 */
async function* changes(
  connection: MongodbConnection,
  collection: string | undefined,
  position: Position,
  call: Call,
): AsyncIterable<ChangeEvent | undefined> {
  const db = await connection.db();
  if (connection.kind() === 'standalone') throw needsReplicaSet();
  const stream = await openStream(db, collection, position, call.signal);
  try {
    for (let change = stream.first; !call.signal.aborted; change = await stream.next()) {
      if (change === null) {
        yield undefined;
        continue;
      }
      const event = toChangeEvent(await withDocument(db, change), toToken(change._id));
      position.token = change._id;
      yield event;
      if (change.operationType === 'invalidate') return;
    }
  } finally {
    stream.close();
  }
}

async function pause(milliseconds: number, call: Call): Promise<void> {
  await delay(milliseconds, undefined, { signal: call.signal }).catch(() => undefined);
}

/** An update of a collection that keeps no images comes without its document, which is then looked up as it is now. */
async function withDocument(db: Db, change: StreamChange): Promise<StreamChange> {
  if (change.operationType !== 'update' || isBsonDocument(change.fullDocument)) return change;
  const collection = db.collection<BsonDocument>(change.ns.coll);
  const options = { readConcern: { level: 'majority' }, readPreference: 'primary' } as const;
  const stored = await collection.findOne({ _id: change.documentKey._id }, options);
  return stored === null ? change : { ...change, fullDocument: stored };
}

/** A resume token is opaque; ours is its Extended JSON, fit for a header. */
function toToken(token: ResumeToken): string {
  return Buffer.from(BSON.EJSON.stringify(token as BsonDocument)).toString('base64url');
}

function parseToken(text: string): ResumeToken {
  try {
    const token: unknown = BSON.EJSON.parse(Buffer.from(text, 'base64url').toString());
    if (isBsonDocument(token) && Object.hasOwn(token, '_data')) return token;
  } catch {
    // Told below, as for any other text that is no token.
  }
  throw invalidRequest('this is no position of the change log', 'Last-Event-ID');
}
