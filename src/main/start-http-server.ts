import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import type { Config } from '../infrastructure/config/load-config.ts';

type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch'];

/** A listening server. */
export interface HttpServer {
  readonly port: number;
  /**
   * Stops accepting and waits until the running requests have their answers, at most `graceMs`; then cuts what is
   * left. Resolves to whether everything ended by itself.
   */
  drain(graceMs: number): Promise<boolean>;
}

/** Serves the router on Node with the limits of the configuration. Rejects when the port is taken. */
export async function startHttpServer(fetch: Fetch, settings: Config['server']['http']): Promise<HttpServer> {
  const server = createAdaptorServer({
    fetch,
    createServer,
    overrideGlobalObjects: true,
    serverOptions: {
      keepAliveTimeout: settings.keep_alive_timeout,
      headersTimeout: settings.headers_timeout,
      requestTimeout: settings.request_timeout,
      maxHeaderSize: settings.max_header_bytes,
      connectionsCheckingInterval: 5000,
      noDelay: true,
    },
  });
  if (!('closeIdleConnections' in server)) throw new TypeError('expected an HTTP/1 server');
  server.on('clientError', answerBadHead);
  return listen(server, settings.port, settings.host);
}

/** What Node cannot even parse never reaches the router; it is answered in the same form. */
function answerBadHead(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const message = badHeads[error.code ?? ''] ?? 'not a valid HTTP request';
  const body = JSON.stringify({
    success: false,
    error: { code: 'INVALID_REQUEST', message, details: { path: 'request' }, request_id: randomUUID() },
  });
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const badHeads: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'the address and headers are too long',
  ERR_HTTP_REQUEST_TIMEOUT: 'the request did not arrive in time',
};

/** Listens and answers how to stop again. */
export async function listen(server: Server, port: number, host: string): Promise<HttpServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    drain: (graceMs) => drain(server, graceMs),
  };
}

async function drain(server: Server, graceMs: number): Promise<boolean> {
  let clean = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that was busy at `close` stays open when it becomes idle.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => {
    clean = false;
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
  return clean;
}
