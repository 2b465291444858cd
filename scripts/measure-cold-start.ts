import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const runs = 5;

/** The median of five cold starts of a bundled function, each in a process and with a database of its own; whole milliseconds. */
export function measureColdStart(file: string): {
  readonly importMs: number;
  readonly firstAnswerMs: number;
} {
  const samples = Array.from({ length: runs }, () => coldStart(resolve(file)));
  const median = (index: 0 | 1) => {
    const sorted = samples.map((sample) => sample[index]).sort((a, b) => a - b);
    return Math.round(sorted[Math.floor(runs / 2)] ?? Number.NaN);
  };
  return { importMs: median(0), firstAnswerMs: median(1) };
}

function coldStart(file: string): readonly [number, number] {
  const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));
  const output = execFileSync(process.execPath, [resolve('scripts/probe-cold-start.ts'), file], {
    encoding: 'utf8',
    env: { APP_SQLITE_PATH: join(folder, 'documents.db'), APP_OBSERVABILITY_LOG_LEVEL: 'error' },
    cwd: folder,
  });
  const line = output.split('\n').find((text) => text.startsWith('PROBE '));
  return JSON.parse(line?.slice('PROBE '.length) ?? 'null') as [number, number];
}
