import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request on its way to the server behind the front. */
export interface PassingRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface FrontAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** A front of a real server, as a load balancer would be: it may speak TLS, and may answer in the server's place. */
export interface HttpFront {
  readonly url: string;
  /** Asked before each request is let through; what it answers is the answer. */
  before: (passing: PassingRequest) => FrontAnswer | undefined | Promise<FrontAnswer | undefined>;
  close(): Promise<void>;
}

export async function httpFront(target: string, tls?: ServerOptions): Promise<HttpFront> {
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', async (incoming, outgoing) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const body = await text(incoming);
    const answer = await front.before({ method, path, headers });
    if (answer !== undefined) {
      outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      outgoing.end(JSON.stringify(answer.body));
      return;
    }
    const { host: _, ...passed } = headers;
    const onward = request(new URL(path, target), { method, headers: passed }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const front: HttpFront = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    before: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return front;
}
