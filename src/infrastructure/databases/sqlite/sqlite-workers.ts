import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * The only place that names the files of the threads. A bundle must hold both beside its own file, under the same
 * names ending in `.js`.
 */
const entries = { writer: 'sqlite-writer.worker', reader: 'sqlite-reader.worker' } as const;

/** Rows live shortly; with V8's own default a busy thread keeps a hundred megabytes more. */
const youngGenerationMb = 4;

export function startSqliteWorker(entry: keyof typeof entries, options: WorkerOptions): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const resourceLimits = { maxYoungGenerationSizeMb: youngGenerationMb };
  return new Worker(new URL(`./${entries[entry]}.${extension}`, import.meta.url), {
    resourceLimits,
    ...options,
  });
}
