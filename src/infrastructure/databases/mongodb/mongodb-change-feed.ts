import { setTimeout as delay } from 'node:timers/promises';
import { BSON, type ChangeStream, type ChangeStreamDocument, type ResumeToken } from 'mongodb';
import type { Call } from '../../../application/ports/call.ts';
import type { ChangeFeed } from '../../../application/ports/database-adapter.ts';
import { invalidRequest } from '../../../domain/errors.ts';
import type { ChangeEvent } from '../../../domain/events.ts';
import { toChangeEvent } from './mongodb-change-event.ts';
import type { MongodbConnection } from './mongodb-connection.ts';
import { toServiceError } from './mongodb-errors.ts';
import { type BsonDocument, isBsonDocument } from './mongodb-values.ts';

type Scope = Parameters<ChangeFeed['watch']>[0];

const longestPauseMs = 5000;
/** How long one look at the log waits for something new. */
const maxAwaitTimeMS = 1000;

/** Change streams, resumed after a lost connection and after the collection was dropped, until the signal aborts. */
export function mongodbChangeFeed(connection: MongodbConnection): ChangeFeed {
  return { watch: (scope, call) => watch(connection, scope, call) };
}

async function* watch(connection: MongodbConnection, scope: Scope, call: Call): AsyncIterable<ChangeEvent> {
  let position: ResumeToken = scope.after === undefined ? undefined : parseToken(scope.after);
  for (let failures = 0; !call.signal.aborted; ) {
    try {
      for await (const step of changes(connection, scope.collection, position, call)) {
        position = step.position;
        failures = 0;
        if (step.event !== undefined) yield step.event;
      }
    } catch (error) {
      if (call.signal.aborted) return;
      const mapped = toServiceError(error, scope.collection);
      if (mapped.code !== 'CONNECTION_ERROR' && mapped.code !== 'QUERY_TIMEOUT') throw mapped;
      failures += 1;
      await pause(Math.min(100 * 2 ** failures, longestPauseMs) * Math.random(), call);
    }
  }
}

interface Step {
  /** From where to go on. It moves also while nothing happens, so that it does not fall off the log. */
  readonly position: ResumeToken;
  readonly event: ChangeEvent | undefined;
}

/** The changes of one stream, until it ends: the signal aborts, or the collection is dropped. */
async function* changes(
  connection: MongodbConnection,
  collection: string | undefined,
  after: ResumeToken,
  call: Call,
): AsyncIterable<Step> {
  const stream = await openStream(connection, collection, after);
  const close = (): void => {
    stream.close().catch(() => undefined);
  };
  call.signal.addEventListener('abort', close, { once: true });
  try {
    while (!call.signal.aborted) {
      const change = await stream.tryNext();
      if (change === null) yield { position: stream.resumeToken ?? after, event: undefined };
      else yield { position: change._id, event: toChangeEvent(change, toToken(change._id)) };
      if (change?.operationType === 'invalidate') return;
    }
  } finally {
    call.signal.removeEventListener('abort', close);
    close();
  }
}

async function pause(milliseconds: number, call: Call): Promise<void> {
  await delay(milliseconds, undefined, { signal: call.signal }).catch(() => undefined);
}

type Stream = ChangeStream<BsonDocument, ChangeStreamDocument<BsonDocument>>;

async function openStream(
  connection: MongodbConnection,
  collection: string | undefined,
  startAfter: ResumeToken,
): Promise<Stream> {
  const db = await connection.db();
  const options = {
    fullDocument: 'updateLookup',
    maxAwaitTimeMS,
    ...(startAfter !== undefined && { startAfter }),
  };
  return collection === undefined
    ? db.watch([], options)
    : db.collection<BsonDocument>(collection).watch([], options);
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
