import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import { ServiceError } from '../domain/errors.ts';
import type { Config } from '../infrastructure/config/load-config.ts';
import { errorJson, toServiceError } from '../interface/http/error-response.ts';

type Fetch = Parameters<typeof getRequestListener>[0];

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
  const answer = getRequestListener(fetch, { overrideGlobalObjects: true, errorHandler: answerUnrouted });
  const server = createServer(
    {
      keepAliveTimeout: settings.keep_alive_timeout,
      headersTimeout: settings.headers_timeout,
      requestTimeout: settings.request_timeout,
      maxHeaderSize: settings.max_header_bytes,
      connectionsCheckingInterval: 5000,
      noDelay: true,
    },
    answer,
  );
  server.on('clientError', answerBadHead);
  return listen(server, settings.port, settings.host);
}

/** What Node cannot even parse never reaches the router; it is answered in the same form. */
function answerBadHead(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const body = badHeadBody(badHeads[error.code ?? '']);
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** What is no request to the router, such as a Host that cannot be part of an address. */
function answerUnrouted(error: unknown): Response {
  const headers = { 'Content-Type': 'application/json' };
  if (error instanceof RequestError) return new Response(badHeadBody(undefined), { status: 400, headers });
  return new Response(errorJson(toServiceError(error), randomUUID()), { status: 500, headers });
}

function badHeadBody(message = 'not a valid HTTP request'): string {
  return errorJson(new ServiceError('INVALID_REQUEST', message, { path: 'request' }), randomUUID());
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
