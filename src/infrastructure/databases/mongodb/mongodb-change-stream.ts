import {
  type ChangeStream,
  type ChangeStreamDocument,
  type ChangeStreamOptions,
  type Db,
  MongoServerError,
  type ResumeToken,
} from 'mongodb';
import type { BsonDocument } from './mongodb-values.ts';

export type StreamChange = ChangeStreamDocument<BsonDocument>;
type Stream = ChangeStream<BsonDocument, StreamChange>;

/** From where to go on. It moves also while nothing happens, so that it does not fall off the log. */
export interface Position {
  token: ResumeToken;
}

/** A change stream that was accepted by the server. */
interface OpenStream {
  /** Null: nothing has happened yet. */
  readonly first: StreamChange | null;
  /** Null: nothing happened for a while, of which the position tells. */
  readonly next: () => Promise<StreamChange | null>;
  readonly close: () => void;
}

/** How long one look at the log waits for something new. */
const maxAwaitTimeMS = 1000;

/**
 * Opens a change stream behind the position, with the images of documents before and after changes where the server
 * has them (6.0 and later, on collections that keep them). It ends when the signal aborts.
 * https://www.mongodb.com/docs/manual/changeStreams/#change-streams-with-document-pre--and-post-images
 */
export async function openStream(
  db: Db,
  collection: string | undefined,
  position: Position,
  signal: AbortSignal,
): Promise<OpenStream> {
  const watch = (options: ChangeStreamOptions): Promise<OpenStream> => {
    const all = { maxAwaitTimeMS, ...options, ...(position.token != null && { startAfter: position.token }) };
    const stream: Stream =
      collection === undefined ? db.watch([], all) : db.collection<BsonDocument>(collection).watch([], all);
    return begin(stream, position, signal);
  };
  if (!withoutImages.has(db)) {
    try {
      return await watch({ fullDocument: 'whenAvailable', fullDocumentBeforeChange: 'whenAvailable' });
    } catch (error) {
      if (!lacksImages(error)) throw error;
    }
  }
  const stream = await watch({ fullDocument: 'updateLookup' });
  withoutImages.add(db);
  return stream;
}

async function begin(stream: Stream, position: Position, signal: AbortSignal): Promise<OpenStream> {
  const close = (): void => {
    signal.removeEventListener('abort', close);
    stream.close().catch(() => undefined);
  };
  signal.addEventListener('abort', close, { once: true });
  // Where it fails, the stream knows how far it has read, be it only to where it began.
  const next = async (): Promise<StreamChange | null> => {
    let change: StreamChange | null = null;
    try {
      change = await stream.tryNext();
    } finally {
      if (change === null) position.token = stream.resumeToken ?? position.token;
    }
    return change;
  };
  try {
    return { first: await next(), next, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Databases whose server does not know images, but has change streams without them. */
const withoutImages = new WeakSet<Db>();

/**
 * What a server says to an option or a value of one that it does not know: MongoDB 5 (BadValue, unknown field), and
 * other products (CommandNotSupported, NotImplemented, "feature not supported").
 */
const unknownOption: ReadonlySet<unknown> = new Set([2, 40415, 115, 238, 303]);

function lacksImages(error: unknown): boolean {
  return error instanceof MongoServerError && unknownOption.has(error.code);
}
