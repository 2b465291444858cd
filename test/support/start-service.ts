import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

type ServiceProcess = ChildProcessByStdio<null, Readable, Readable>;

export interface RunningService {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly metricsUrl: string | undefined;
  readonly process: ServiceProcess;
  /** Everything that it wrote so far. */
  output(): string;
  /** Sends a signal and answers the exit code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** A folder for a service's data, removed when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'database-service-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Those of `npm start`. */
const nodeFlags = ['--max-semi-space-size=2', '--heap-growing-percent=15'];
const startMs = 60_000;

/** Runs what `npm start` runs, with nothing of this process's settings, and waits until it listens. */
export async function startService(
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningService> {
  const child = runService({ APP_SERVER_HTTP_METRICS_ENABLED: 'false', ...environment });
  const collected = collect(child);
  const listening = await waitForListening(child, collected);
  return {
    url: `http://127.0.0.1:${listening.port}`,
    metricsUrl:
      listening.metrics_port === undefined ? undefined : `http://127.0.0.1:${listening.metrics_port}`,
    process: child,
    output: collected,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null) return child.exitCode;
      child.kill(signal);
      const [code, killedBy] = await once(child, 'exit');
      return code ?? killedBy;
    },
  };
}

/** Starts the process and does not wait. */
export function runService(environment: Readonly<Record<string, string>>): ServiceProcess {
  return spawn(process.execPath, [...nodeFlags, 'src/main/http.ts'], {
    env: {
      PATH: process.env.PATH ?? '',
      APP_SERVER_HTTP_HOST: '127.0.0.1',
      APP_SERVER_HTTP_PORT: '0',
      APP_OBSERVABILITY_LOG_FORMAT: 'json',
      APP_SQLITE_PATH: join(temporaryFolder(), 'documents.db'),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function collect(child: ServiceProcess): () => string {
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  return () => text;
}

interface Listening {
  readonly port: number;
  readonly metrics_port: number | undefined;
}

async function waitForListening(child: ServiceProcess, output: () => string): Promise<Listening> {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline && child.exitCode === null) {
    const line = output()
      .split('\n')
      .find((text) => text.includes('"msg":"listening"') && text.endsWith('}'));
    if (line !== undefined) return JSON.parse(line);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`the service did not start:\n${output()}`);
}
