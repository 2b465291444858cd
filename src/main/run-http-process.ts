import cluster from 'node:cluster';
import type { Config } from '../infrastructure/config/load-config.ts';
import type { ProcessLogger } from '../infrastructure/telemetry/create-logger.ts';
import { createHttpApp } from '../interface/http/app.ts';
import { memoryOfPrimary } from './cluster-memory.ts';
import { gatherFromPrimary, tellPrimary } from './cluster-metrics.ts';
import { createContainer } from './container.ts';
import { serviceVersion } from './service-version.ts';
import { shutdownOnSignal } from './shutdown.ts';
import { startHttpServer } from './start-http-server.ts';
import { startMetricsServer } from './start-metrics-server.ts';

/** One process that answers HTTP: the only one, or a worker of the cluster. */
export async function runHttpProcess(config: Config, logger: ProcessLogger): Promise<void> {
  const { http } = config.server;
  const alone = cluster.isPrimary;
  const container = createContainer({ config, logger, ...(!alone && shared(config)) });
  const { metrics } = container;
  const server = await startHttpServer(createHttpApp(container.http).fetch, http);
  if (!alone) tellPrimary(() => metrics.snapshot());
  const metricsServer = alone
    ? await startMetricsServer(
        { exposition: (format) => metrics.exposition(format), ready: container.http.status.ready },
        http,
      )
    : undefined;
  shutdownOnSignal(
    {
      notReady: () => {
        container.setReady(false);
        server.leave();
      },
      drainDelayMs: http.drain_delay,
      drain: () => {
        container.stopStreams();
        return server.drain(http.shutdown_timeout);
      },
      close: async () => {
        await container.close();
        await metricsServer?.drain(0);
      },
      flush: logger.flush,
    },
    logger,
  );
  container.setReady(true);
  logger.log('info', 'listening', {
    version: serviceVersion,
    port: server.port,
    metrics_port: metricsServer?.port,
    default_database: config.derived.defaultDatabase,
    databases: config.derived.enabledDatabases,
  });
}

/** What the workers of a cluster have together. */
function shared(config: Config) {
  return { gatherMetrics: gatherFromPrimary, memory: memoryOfPrimary(config) };
}
