import { connect, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * The load generator, a thread of the bench's own process: raw sockets and prepared bytes, because a generator that
 * costs more than the server would measure itself. Sends the requests in turn over keep-alive connections, one at a
 * time on each, and posts how many answers came and how long each took.
 */
export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly milliseconds: number;
  /** Whole HTTP requests. */
  readonly requests: readonly string[];
}
export interface LoadResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Answers that were not 2xx. */
  readonly failures: number;
}

const headEnd = Buffer.from('\r\n\r\n');

async function run({ port, connections, milliseconds, requests }: Load): Promise<LoadResult> {
  const bytes = requests.map((request) => Buffer.from(request));
  const times: number[] = [];
  let failures = 0;
  let next = 0;
  const startedAt = performance.now();
  const end = startedAt + milliseconds;
  const drive = (socket: Socket) =>
    new Promise<void>((resolve, reject) => {
      let sentAt = 0;
      let pending: Buffer = Buffer.alloc(0);
      const send = () => {
        if (performance.now() >= end) {
          socket.destroy();
          resolve();
          return;
        }
        sentAt = performance.now();
        socket.write(bytes[next++ % bytes.length] ?? '');
      };
      socket.on('data', (chunk: Buffer) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        const head = pending.indexOf(headEnd);
        if (head === -1) return;
        const text = pending.toString('latin1', 0, head);
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
        if (pending.length < head + 4 + length) return;
        if (text.charCodeAt(9) !== 50) failures += 1;
        pending = Buffer.alloc(0);
        times.push(performance.now() - sentAt);
        send();
      });
      socket.on('error', reject);
      socket.on('connect', send);
    });
  await Promise.all(
    Array.from({ length: connections }, () => drive(connect({ port, host: '127.0.0.1', noDelay: true }))),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor(times.length * part)] ?? Number.NaN;
  return { perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99), failures };
}

parentPort?.postMessage(await run(workerData as Load));
