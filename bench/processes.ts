import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { startCommand } from '../scripts/start-command.ts';
import type { Load, LoadResult } from './load.ts';

export interface Server {
  readonly port: number;
  stop(): void;
}

/** Starts a script of this project and waits until it prints its port. */
export function startProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Server> {
  const child = spawn(process.execPath, [...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
      const port = /"port":(\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve({ port: Number(port), stop: () => child.kill('SIGKILL') });
    });
    child.once('exit', () => reject(new Error(`${args.join(' ')} ended:\n${output}`)));
  });
}

/** The service with one database as default, as `npm start` runs it. */
export async function startBenchService(database: string): Promise<Server> {
  return startProcess(await startCommand(benchFolder()), {
    APP_SERVER_HTTP_PORT: '0',
    APP_SERVER_HTTP_HOST: '127.0.0.1',
    APP_SERVER_HTTP_METRICS_ENABLED: 'false',
    APP_OBSERVABILITY_LOG_FORMAT: 'json',
    APP_OBSERVABILITY_LOG_REQUESTS: 'false',
    APP_LIMITS_MAX_SCAN_DOCUMENTS: '10000000',
    APP_LIMITS_REQUEST_TIMEOUT: '5m',
    APP_DATABASES_DEFAULT: database,
    APP_SQLITE_PATH: join(benchFolder(), 'service.db'),
  });
}

export function benchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'bench-'));
}

/** Puts load on a port from a thread of its own. */
export function runLoad(load: Load): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./load.ts', import.meta.url), { workerData: load });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
