import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import { ServiceError } from '../domain/errors.ts';
import type { Config } from '../infrastructure/config/load-config.ts';
import { errorJson, toServiceError } from '../interface/http/error-response.ts';
import { type ServingState, servedResponses } from './served-response.ts';

type Fetch = Parameters<typeof getRequestListener>[0];

/** A listening server. */
export interface HttpServer {
  readonly port: number;
  /** From here each answer is the last of its connection, so that clients go elsewhere by themselves. */
  leave(): void;
  /**
   * Stops accepting and waits until the running requests have their answers, at most `graceMs`; then cuts what is
   * left. Resolves to whether everything ended by itself.
   */
  drain(graceMs: number): Promise<boolean>;
}

/**
 * How long a connection that waits for its next request is left open after `leave`: a client that is at work sends it
 * within this time and is told to close; closing first could cross a request on its way.
 */
const lingerMs = 500;

/** Serves the router on Node with the limits of the configuration. Rejects when the port is taken. */
export async function startHttpServer(fetch: Fetch, settings: Config['server']['http']): Promise<HttpServer> {
  const answer = getRequestListener(fetch, { overrideGlobalObjects: true, errorHandler: answerUnrouted });
  const state: ServingState = { leaving: false, writeStallMs: settings.write_stall_timeout };
  const server = createServer(
    {
      ServerResponse: servedResponses(state),
      keepAliveTimeout: settings.keep_alive_timeout,
      headersTimeout: settings.headers_timeout,
      requestTimeout: settings.request_timeout,
      maxHeaderSize: settings.max_header_bytes,
      connectionsCheckingInterval: 5000,
      noDelay: true,
      // The listener refuses a request without one, in the usual form.
      requireHostHeader: false,
    },
    answer,
  );
  server.on('clientError', answerBadHead);
  // Whoever reads the body asks for it: a request that is refused need not send it.
  server.on('checkContinue', answer);
  // RFC 9110 §10.1.1: other expectations may be ignored.
  server.on('checkExpectation', answer);
  return listen(server, settings, state);
}

/** What Node cannot even parse never reaches the router; it is answered in the same form. */
function answerBadHead(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { body, headers } = badHead(badHeads[error.code ?? '']);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.end(
    `HTTP/1.1 400 Bad Request\r\n${lines.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** What is no request to the router, such as a Host that cannot be part of an address. */
function answerUnrouted(thrown: unknown): Response {
  const isBadHead = thrown instanceof RequestError;
  const { body, headers } = isBadHead ? badHead() : errorWithId(toServiceError(thrown));
  return new Response(body, { status: isBadHead ? 400 : 500, headers });
}

function badHead(message = 'not a valid HTTP request') {
  return errorWithId(new ServiceError('INVALID_REQUEST', message, { path: 'request' }));
}

function errorWithId(error: ServiceError) {
  const requestId = randomUUID();
  const headers = { 'Content-Type': 'application/json', 'X-Request-Id': requestId };
  return { body: errorJson(error, requestId), headers };
}

const badHeads: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'the address and headers are too long',
  ERR_HTTP_REQUEST_TIMEOUT: 'the request did not arrive in time',
};

/** Listens and answers how to stop again. */
export async function listen(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string },
  state: Pick<ServingState, 'leaving'> = { leaving: false },
): Promise<HttpServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  let lingerUntil: number | undefined;
  const leave = () => {
    state.leaving = true;
    lingerUntil ??= Date.now() + lingerMs;
    return lingerUntil;
  };
  return {
    port: (server.address() as AddressInfo).port,
    leave,
    drain: (graceMs) => drain(server, leave(), graceMs),
  };
}

async function drain(server: Server, lingerUntil: number, graceMs: number): Promise<boolean> {
  let clean = true;
  // `http.Server.close` would close idle connections at once.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  const sweep = setInterval(() => {
    // After a look at what has come: a connection whose request waits to be read is not idle.
    if (Date.now() >= lingerUntil) setImmediate(() => server.closeIdleConnections());
  }, 50);
  const cut = setTimeout(() => {
    clean = false;
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
  return clean;
}
