import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * The only place that names the files of the threads. A bundle must hold both beside its own file, under the same
 * names ending in `.js`.
 */
const entries = { writer: 'sqlite-writer.worker', reader: 'sqlite-reader.worker' } as const;

export function startSqliteWorker(entry: keyof typeof entries, options: WorkerOptions): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./${entries[entry]}.${extension}`, import.meta.url), options);
}
