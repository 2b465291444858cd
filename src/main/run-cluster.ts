import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../infrastructure/config/load-config.ts';
import type { ProcessLogger } from '../infrastructure/telemetry/create-logger.ts';
import { renderMetrics } from '../infrastructure/telemetry/render-metrics.ts';
import { shareMemory } from './cluster-memory.ts';
import { answerWorkers, gatherFromWorkers } from './cluster-metrics.ts';
import { shutdownOnSignal } from './shutdown.ts';
import { startMetricsServer } from './start-metrics-server.ts';

/** A worker that ends sooner is not replaced at once, so that a broken start does not spin. */
const shortLifeMs = 5000;

/** The primary process: forks the workers, replaces those that die, and answers the metrics of all. */
export async function runCluster(config: Config, logger: ProcessLogger): Promise<void> {
  const { http } = config.server;
  let stopping = false;
  answerWorkers();
  shareMemory(config);
  const metricsServer = await startMetricsServer(
    {
      exposition: async (format) => renderMetrics(await gatherFromWorkers(), format),
      ready: () => !stopping && workers().length === http.workers,
    },
    http,
  );
  for (let count = 0; count < http.workers; count++) keepAlive(() => stopping, logger);
  logger.log('info', 'workers started', { workers: http.workers, metrics_port: metricsServer?.port });
  shutdownOnSignal(
    {
      notReady: () => {
        stopping = true;
        for (const worker of workers()) worker.process.kill('SIGTERM');
      },
      drainDelayMs: 0,
      drain: async () => {
        await Promise.all(workers().map(exited));
        return true;
      },
      close: async () => {
        await metricsServer?.drain(0);
      },
      flush: logger.flush,
    },
    logger,
  );
}

function keepAlive(isStopping: () => boolean, logger: ProcessLogger): void {
  const startedAt = Date.now();
  const worker = cluster.fork();
  worker.once('exit', async (code, signal) => {
    if (isStopping()) return;
    logger.log('error', 'a worker ended', { code, signal });
    if (Date.now() - startedAt < shortLifeMs) await sleep(shortLifeMs);
    if (!isStopping()) keepAlive(isStopping, logger);
  });
}

function workers(): readonly Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

function exited(worker: Worker): Promise<void> {
  return worker.isDead() ? Promise.resolve() : new Promise((resolve) => worker.once('exit', () => resolve()));
}
