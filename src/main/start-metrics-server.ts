import { createServer } from 'node:http';
import type { Metrics } from '../application/ports/metrics.ts';
import type { Config } from '../infrastructure/config/load-config.ts';
import { type HttpServer, listen } from './start-http-server.ts';

/** What the second port answers; it is meant for the inside of the cluster and asks for no credentials. */
export interface Probes {
  readonly exposition: Metrics['exposition'];
  ready(): boolean;
}

/** Serves `/metrics`, `/live` and `/ready` on the metrics port; undefined when it is switched off. */
export async function startMetricsServer(
  probes: Probes,
  settings: Config['server']['http'],
): Promise<HttpServer | undefined> {
  if (!settings.metrics_enabled) return undefined;
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0];
    const open = request.headers.accept?.includes('application/openmetrics-text') === true;
    if (path === '/metrics') {
      const { contentType, body } = await probes.exposition(open ? 'openmetrics' : 'prometheus');
      response.writeHead(200, { 'Content-Type': contentType }).end(body);
    } else if (path === '/live' || path === '/ready') {
      response.writeHead(path === '/live' || probes.ready() ? 200 : 503).end();
    } else response.writeHead(404).end();
  });
  return listen(server, { port: settings.metrics_port, host: settings.host });
}
