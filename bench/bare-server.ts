import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One database's statements with nothing around them: what the service is compared with. */
export interface BareStatements {
  /** The stored data as JSON text. */
  read(id: string): string | undefined | Promise<string | undefined>;
  create(id: string, data: string): void | Promise<void>;
  /** Ten at most of the documents whose `n` this is, by an index, as JSON text; undefined: not compared here. */
  readonly find?: (n: number) => readonly string[] | Promise<readonly string[]>;
}

/** The bare handler that the service is compared with, in a process of its own: `node:http` and the driver, no more. */
const [, , database = 'sqlite'] = process.argv;
const module: { openStatements(): BareStatements | Promise<BareStatements> } = await import(
  `./statements/${database}.ts`
);
const statements = await module.openStatements();
let created = 0;

const server = createServer(async (request, response) => {
  const [, n] = request.url?.split('?n=') ?? [];
  if (n !== undefined && statements.find !== undefined) {
    const found = await statements.find(Number(n));
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(`[${found.join(',')}]`);
    return;
  }
  if (request.method === 'GET') {
    const data = await statements.read(request.url?.slice(1) ?? '');
    response.writeHead(data === undefined ? 404 : 200, { 'Content-Type': 'application/json' }).end(data);
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { data } = JSON.parse(Buffer.concat(chunks).toString());
  const id = `bare-${process.pid}-${created++}`;
  await statements.create(id, JSON.stringify(data));
  response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id }));
});
server.listen(0, '127.0.0.1', () => console.log(`"port":${(server.address() as AddressInfo).port}`));
