import { type ChildProcess, fork } from 'node:child_process';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * The only place that names the files of the threads and processes. A bundle must hold them beside its own file, under
 * the same names ending in `.js`.
 */
const entries = { writer: 'sqlite-writer.worker', reader: 'sqlite-reader.worker' } as const;
const processEntries = { raw: 'sqlite-raw.worker' } as const;

/** Rows live shortly; with V8's own default a busy thread keeps a hundred megabytes more. */
const youngGenerationMb = 4;

export function startSqliteWorker(entry: keyof typeof entries, options: WorkerOptions): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: youngGenerationMb };
  return new Worker(fileOf(entries[entry]), { resourceLimits, ...options });
}

/** Talks by messages only; nothing that it writes mixes with the service's log. */
export function startSqliteProcess(entry: keyof typeof processEntries): ChildProcess {
  return fork(fileOf(processEntries[entry]), {
    execArgv: [`--max-semi-space-size=${youngGenerationMb}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

function fileOf(name: string): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./${name}.${extension}`, import.meta.url);
}
