import { isMainThread, Worker } from 'node:worker_threads';
import type { RawAnswer, RawRequest } from './sqlite-raw-protocol.ts';
import type { WireError } from './transfer.ts';

/**
 * A process that runs raw statements. Nothing interrupts SQLite inside a statement, but a process can be killed at any
 * moment: the system frees its locks and snapshot at once, and what it has not committed never was. The statement runs
 * in a thread of it, so that its main thread sees when the service has gone and when memory runs out.
 */

/** Resident memory of the process, two V8s included. */
const maxResidentBytes = 512 * 1024 * 1024;
const memoryInterval = 20;

const tooExpensive: WireError = {
  code: 'QUERY_TOO_EXPENSIVE',
  message: 'the statement needs more memory than it may',
  details: { max_bytes: maxResidentBytes },
  cause: undefined,
};

function supervise(): void {
  const thread = new Worker(new URL(import.meta.url));
  let watch: NodeJS.Timeout | undefined;
  const answer = (message: RawAnswer, then?: () => void): void => {
    clearInterval(watch);
    process.send?.(message, () => then?.());
  };
  const end = (): void => void process.kill(process.pid, 'SIGKILL');
  thread.on('message', (message: RawAnswer) => answer(message));
  thread.on('error', end);
  process.on('message', (request: RawRequest) => {
    watch = setInterval(() => {
      if (process.memoryUsage.rss() <= maxResidentBytes) return;
      answer({ ok: false, error: tooExpensive, last: true }, end);
    }, memoryInterval);
    thread.postMessage(request);
  });
  process.on('disconnect', end);
  // A terminal sends them to every process; the service says when this one ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
}

if (isMainThread) supervise();
else await import('./sqlite-raw-thread.ts');
