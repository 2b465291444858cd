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

const startMs = 60_000;

/**
 * Runs the service with nothing of this process's settings, and waits until it listens.
 * @param command the arguments of Node: the sources unless given, see `startCommand` for what `npm start` runs.
 */
export async function startService(
  environment: Readonly<Record<string, string>> = {},
  command: readonly string[] = ['src/main/http.ts'],
): Promise<RunningService> {
  const child = runService({ APP_SERVER_HTTP_METRICS_ENABLED: 'false', ...environment }, command);
  const collected = collect(child);
  const listening = await waitForListening(child, collected);
  return {
    url: `http://127.0.0.1:${listening.port}`,
    metricsUrl:
      listening.metrics_port === undefined ? undefined : `http://127.0.0.1:${listening.metrics_port}`,
    process: child,
    output: collected,
    stop: async (signal = 'SIGTERM') => {
      const ended = child.exitCode ?? child.signalCode;
      if (ended !== null) return ended;
      child.kill(signal);
      const [code, killedBy] = await once(child, 'exit');
      return code ?? killedBy;
    },
  };
}

/** Starts the process and does not wait. */
export function runService(
  environment: Readonly<Record<string, string>>,
  command: readonly string[] = ['src/main/http.ts'],
): ServiceProcess {
  return spawn(process.execPath, [...command], {
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
