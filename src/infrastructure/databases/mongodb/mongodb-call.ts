import type { ClientSession } from 'mongodb';
import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { toServiceError } from './mongodb-errors.ts';

/** What every command takes from the request: its session, and the time that is left, which the server keeps too. */
export interface CommandOptions {
  readonly maxTimeMS: number;
  readonly session?: ClientSession;
  /** A transaction reads from the primary, whatever is configured. */
  readonly readPreference?: 'primary';
}

/** Throws QUERY_TIMEOUT when no time is left. */
export function commandOptions(call: Call, session: ClientSession | undefined): CommandOptions {
  if (call.signal.aborted) throw givenUp(call.signal.reason);
  const left = Math.ceil(call.deadline - Date.now());
  if (left <= 0) throw new ServiceError('QUERY_TIMEOUT', 'the request has no time left');
  const maxTimeMS = Math.min(left, maxTime);
  return session === undefined ? { maxTimeMS } : { maxTimeMS, session, readPreference: 'primary' };
}

const maxTime = 2 ** 31 - 1;

/** Runs one command: its errors become the service's, and nobody waits for it beyond the request's signal. */
export async function run<T>(
  call: Call,
  collection: string | undefined,
  command: () => Promise<T>,
): Promise<T> {
  try {
    return await orAborted(call.signal, command());
  } catch (error) {
    throw aborted(call, error) ?? toServiceError(error, collection);
  }
}

/** The same for a stream of documents. */
export async function* stream<T>(
  call: Call,
  collection: string,
  open: () => Promise<AsyncIterable<T>>,
): AsyncIterable<T> {
  try {
    yield* await open();
  } catch (error) {
    throw aborted(call, error) ?? toServiceError(error, collection);
  }
}

function aborted(call: Call, error: unknown): ServiceError | undefined {
  if (!call.signal.aborted || error instanceof ServiceError) return undefined;
  return givenUp(call.signal.reason, error);
}

/** What a call ends with that nobody waits for any more, by the reason of its signal. */
export function givenUp(reason: unknown, cause: unknown = reason): ServiceError {
  if (reason instanceof ServiceError) return reason;
  return new ServiceError('QUERY_TIMEOUT', 'the request was given up', {}, cause);
}

/** The driver can abort reads only; a write that goes on after the deadline finishes without us. */
function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
