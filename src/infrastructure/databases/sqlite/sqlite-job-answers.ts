import { ServiceError } from '../../../domain/errors.ts';
import type { JobAnswer } from './sqlite-protocol.ts';

/** The thread is gone. */
export const lost: JobAnswer = {
  ok: false,
  error: {
    code: 'CONNECTION_ERROR',
    message: 'the writer of the database stopped',
    details: {},
    cause: undefined,
  },
};

/** Of a job that nobody waited for any more when its turn came. */
export function abortedAnswer({ reason }: AbortSignal): JobAnswer {
  const error =
    reason instanceof ServiceError
      ? reason
      : new ServiceError('QUERY_TIMEOUT', 'nobody waits for the answer');
  const { code, message, details } = error;
  return { ok: false, error: { code, message, details, cause: undefined } };
}

/** Rejects with the signal's reason as soon as it aborts; the work itself goes on. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
