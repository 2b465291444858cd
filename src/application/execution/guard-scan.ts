import { ServiceError } from '../../domain/errors.ts';
import type { Call } from '../ports/call.ts';

/** Few, because one document may take a query of many conditions milliseconds. */
const documentsBetweenLooks = 8;
const longestTurnMs = 15;

/**
 * Passes candidates on, but stops with QUERY_TOO_EXPENSIVE after `maxDocuments`, stops when the call is aborted, and
 * lets other requests have the thread every few milliseconds.
 */
export async function* guardScan<T>(
  candidates: AsyncIterable<T>,
  maxDocuments: number,
  call: Call,
): AsyncIterable<T> {
  let read = 0;
  let turnStart = performance.now();
  for await (const candidate of candidates) {
    read += 1;
    if (read > maxDocuments) throw tooExpensive(maxDocuments);
    if (read % documentsBetweenLooks === 0) {
      call.signal.throwIfAborted();
      if (performance.now() - turnStart > longestTurnMs) {
        await new Promise((resolve) => setImmediate(resolve));
        turnStart = performance.now();
      }
    }
    yield candidate;
  }
}

function tooExpensive(maxDocuments: number): ServiceError {
  return new ServiceError(
    'QUERY_TOO_EXPENSIVE',
    `the query would read more than ${maxDocuments} documents without an index: add an index or narrow the filter`,
    { limit: maxDocuments },
  );
}
