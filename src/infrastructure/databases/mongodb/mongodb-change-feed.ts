import { setTimeout as delay } from 'node:timers/promises';
import {
  BSON,
  type ChangeStream,
  type ChangeStreamDocument,
  type Db,
  MongoServerError,
  type ResumeToken,
} from 'mongodb';
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
  const db = await connection.db();
  const images = !withoutImages.has(db);
  const stream = openStream(db, collection, after, images);
  const close = (): void => {
    stream.close().catch(() => undefined);
  };
  call.signal.addEventListener('abort', close, { once: true });
  try {
    while (!call.signal.aborted) {
      const change = await stream.tryNext();
      if (change === null) yield { position: stream.resumeToken ?? after, event: undefined };
      else {
        const event = toChangeEvent(await withDocument(db, change), toToken(change._id));
        yield { position: change._id, event };
      }
      if (change?.operationType === 'invalidate') return;
    }
  } catch (error) {
    if (!images || !lacksImages(error)) throw error;
    withoutImages.add(db);
  } finally {
    call.signal.removeEventListener('abort', close);
    close();
  }
}

async function pause(milliseconds: number, call: Call): Promise<void> {
  await delay(milliseconds, undefined, { signal: call.signal }).catch(() => undefined);
}

type StreamChange = ChangeStreamDocument<BsonDocument>;
type Stream = ChangeStream<BsonDocument, StreamChange>;

/**
 * With the images of documents before and after changes where the server has them (6.0 and later, on collections that
 * keep them): https://www.mongodb.com/docs/manual/changeStreams/#change-streams-with-document-pre--and-post-images
 */
function openStream(
  db: Db,
  collection: string | undefined,
  startAfter: ResumeToken,
  images: boolean,
): Stream {
  const options = {
    maxAwaitTimeMS,
    ...(startAfter !== undefined && { startAfter }),
    ...(images
      ? { fullDocument: 'whenAvailable', fullDocumentBeforeChange: 'whenAvailable' }
      : { fullDocument: 'updateLookup' }),
  };
  return collection === undefined
    ? db.watch([], options)
    : db.collection<BsonDocument>(collection).watch([], options);
}

/** Databases whose server was asked for images and does not know them. */
const withoutImages = new WeakSet<Db>();

/** What an older server, or another product, says to an option that it does not know. */
const unknownOption: ReadonlySet<unknown> = new Set([2, 9, 14, 59, 72, 115, 238, 40415]);

function lacksImages(error: unknown): boolean {
  return error instanceof MongoServerError && unknownOption.has(error.code);
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
