import cluster from 'node:cluster';
import { setFlagsFromString } from 'node:v8';
import { ConfigError } from '../infrastructure/config/config-error.ts';
import { type Config, loadConfig } from '../infrastructure/config/load-config.ts';
import { createLogger } from '../infrastructure/telemetry/create-logger.ts';
import { runCluster } from './run-cluster.ts';
import { runHttpProcess } from './run-http-process.ts';

/** `EX_CONFIG` of sysexits(3). */
const badConfiguration = 78;

/**
 * V8 may begin to make the listener lists of responses in its old space, since some live long. From then on the dead
 * ones keep whole requests from the young collector: three times the work for it, and pauses of 15 ms instead of 1.
 * https://v8.dev/blog/trash-talk
 */
setFlagsFromString('--no-allocation-site-pretenuring');

function readConfig(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return process.exit(badConfiguration);
  }
}

const config = readConfig();
const logger = createLogger({
  level: config.observability.log_level,
  format: config.observability.log_format,
  service: config.app.name,
});

process.on('unhandledRejection', (error) => logger.log('error', 'a rejection nobody handled', {}, error));
process.on('uncaughtException', (error) => {
  logger.log('error', 'the process cannot go on', {}, error);
  logger.flush();
  process.exit(1);
});

const run = cluster.isPrimary && config.server.http.workers > 1 ? runCluster : runHttpProcess;
try {
  await run(config, logger);
} catch (error) {
  logger.log('error', 'the service cannot start', {}, error);
  logger.flush();
  process.exit(1);
}
