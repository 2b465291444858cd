import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchFolder, runLoad, type Server, startBenchService, startProcess } from './processes.ts';

/**
 * `npm run bench [-- --database sqlite --seconds 2 --rounds 7 --warmup 5 --connections 64]`: the service beside a bare
 * `node:http` handler that runs the same statement through the same driver. Both take turns in one run, after a time
 * in which both get compiled, so that the ratio holds on whatever machine it is; the median of the rounds counts.
 */
const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '7' },
    warmup: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
  },
});
const documents = 20_000;
const createdAtOnce = 64;
/** Different values of the indexed field: each stands in twenty documents. */
const distinctNumbers = 1_000;
const data = { name: 'Ada Lovelace', email: 'ada@example.com', age: 36, tags: ['math', 'code'] };

function request(method: string, path: string, body?: object): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers =
    body === undefined ? '' : `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nHost: bench\r\n${headers}\r\n${text}`;
}

async function idsOf(port: number, path: string): Promise<readonly string[]> {
  const create = async (n: number) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ collection: 'bench', data: { ...data, n: n % distinctNumbers } }),
    });
    const body = (await answer.json()) as { id?: string; data?: { id: string } };
    return body.data?.id ?? body.id ?? '';
  };
  const ids: string[] = [];
  while (ids.length < documents)
    ids.push(...(await Promise.all(Array.from({ length: createdAtOnce }, (_, i) => create(ids.length + i)))));
  return ids;
}

async function measure(server: Server, requests: readonly string[], seconds = Number(values.seconds)) {
  const result = await runLoad({
    port: server.port,
    connections: Number(values.connections),
    milliseconds: seconds * 1000,
    requests,
  });
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
  return result;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function compare(name: string, ofService: readonly string[], ofBare: readonly string[]): Promise<void> {
  await measure(service, ofService, Number(values.warmup));
  await measure(bare, ofBare, Number(values.warmup));
  const ratios: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const [first, second] = round % 2 === 0 ? ([bare, service] as const) : ([service, bare] as const);
    const results = new Map<Server, Awaited<ReturnType<typeof measure>>>();
    for (const server of [first, second]) {
      results.set(server, await measure(server, server === service ? ofService : ofBare));
    }
    const [own, base] = [results.get(service), results.get(bare)];
    if (own === undefined || base === undefined) continue;
    ratios.push(own.perSecond / base.perSecond);
    console.log(
      `${name}: service ${own.perSecond.toFixed(0)}/s (p50 ${own.p50.toFixed(2)} ms, p99 ${own.p99.toFixed(2)} ms), ` +
        `bare ${base.perSecond.toFixed(0)}/s (p50 ${base.p50.toFixed(2)} ms, p99 ${base.p99.toFixed(2)} ms)`,
    );
  }
  console.log(
    `${name}: ${median(ratios).toFixed(2)} times the bare handler (median of ${ratios.length} rounds, ` +
      `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
  );
}

async function createIndex(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/indexes/bench`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"keys":{"n":1}}',
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Databases whose hand-written statement stands in `statements`. */
const filtered = ['sqlite', 'postgresql', 'mysql'];

const service = await startBenchService(values.database);
const bare = await startProcess(['bench/bare-server.ts', values.database], {
  BENCH_SQLITE_PATH: join(benchFolder(), 'bare.db'),
});
try {
  const own = await idsOf(service.port, '/api/v1/documents');
  const base = await idsOf(bare.port, '/');
  await compare(
    'point reads',
    own.map((id) => request('GET', `/api/v1/documents/bench/${id}`)),
    base.map((id) => request('GET', `/${id}`)),
  );
  if (filtered.includes(values.database)) {
    await createIndex(service.port);
    const numbers = Array.from({ length: distinctNumbers }, (_, n) => n);
    const search = (n: number) => ({ filter: { n }, limit: 10, count: false });
    await compare(
      'indexed filter, limit 10',
      numbers.map((n) => request('POST', '/api/v1/documents/bench/search', search(n))),
      numbers.map((n) => request('GET', `/?n=${n}`)),
    );
  }
  const body = { collection: 'bench', data };
  await compare('creates', [request('POST', '/api/v1/documents', body)], [request('POST', '/', body)]);
} finally {
  service.stop();
  bare.stop();
}
