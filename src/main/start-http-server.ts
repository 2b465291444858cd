import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  return listen(server, settings.port, settings.host);
}

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
