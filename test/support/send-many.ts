import { Agent, request } from 'node:http';

export interface PlainRequest {
  readonly method: string;
  /** Path and query as they go on the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}
export interface PlainAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sends requests over `connections` connections that stay open, each made when its turn comes. */
export async function sendMany(
  url: string,
  count: number,
  connections: number,
  make: (index: number) => PlainRequest,
  check: (sent: PlainRequest, answer: PlainAnswer) => void,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const sent = make(next++);
      check(sent, await send(agent, url, sent));
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
}

function send(
  agent: Agent,
  url: string,
  { method, path, headers, body }: PlainRequest,
): Promise<PlainAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, hostname, port, method, path, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Resident memory of a running service, MiB, as it tells itself. */
export async function residentMiB(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 2 ** 20;
}
