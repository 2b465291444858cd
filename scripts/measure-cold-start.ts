import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const runs = 5;

/** One process: imports the function, creates a document, prints what it took. */
const probe = `
const startedAt = performance.now();
const { handler } = await import(process.argv[1]);
const importedAt = performance.now();
const body = JSON.stringify({ collection: 'probe', data: { a: 1 } });
const answer = await handler({
  version: '2.0', rawPath: '/api/v1/documents', rawQueryString: '', body, isBase64Encoded: false,
  headers: { 'content-type': 'application/json' },
  requestContext: { http: { method: 'POST', path: '/api/v1/documents', sourceIp: '127.0.0.1' } },
}, { getRemainingTimeInMillis: () => 30000, awsRequestId: 'probe', functionName: 'probe' });
if (answer.statusCode !== 201) throw new Error(JSON.stringify(answer));
const answeredAt = performance.now();
console.log('PROBE ' + JSON.stringify([importedAt - startedAt, answeredAt - startedAt]));
process.exit(0);
`;

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
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', probe, file], {
    encoding: 'utf8',
    env: { APP_SQLITE_PATH: join(folder, 'documents.db'), APP_OBSERVABILITY_LOG_LEVEL: 'error' },
    cwd: folder,
  });
  const line = output.split('\n').find((text) => text.startsWith('PROBE '));
  return JSON.parse(line?.slice('PROBE '.length) ?? 'null') as [number, number];
}
