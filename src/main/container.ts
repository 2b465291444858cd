import type { Clock } from '../application/ports/clock.ts';
import type { Logger, LogLevel } from '../application/ports/logger.ts';
import { isEmbedded } from '../domain/database-type.ts';
import { newDocumentId } from '../domain/document/document-id.ts';
import { createAuthenticator } from '../infrastructure/auth/create-authenticator.ts';
import type { Config } from '../infrastructure/config/load-config.ts';
import { ConfiguredDatabases } from '../infrastructure/databases/configured-databases.ts';
import { openRepository } from '../infrastructure/databases/registry.ts';
import { withBatching } from '../infrastructure/decorators/with-batching.ts';
import { withResilience } from '../infrastructure/decorators/with-resilience.ts';
import { withTelemetry } from '../infrastructure/decorators/with-telemetry.ts';
import type { ProcessLogger } from '../infrastructure/telemetry/create-logger.ts';
import { PrometheusMetrics } from '../infrastructure/telemetry/prometheus-metrics.ts';
import type { MetricsSnapshot } from '../infrastructure/telemetry/render-metrics.ts';
import type { HttpDependencies } from '../interface/http/dependencies.ts';
import { OpenStreams } from '../interface/http/open-streams.ts';
import { cursorKeyOf } from './cursor-key.ts';
import { ownMemory, type SharedMemory } from './own-memory.ts';
import { poolStates } from './pool-states.ts';
import { serviceVersion } from './service-version.ts';

/** Everything that a process of the service is made of. */
export interface Container {
  readonly http: HttpDependencies;
  readonly logger: ProcessLogger;
  readonly metrics: PrometheusMetrics;
  /** Starting and draining processes answer 503 at `/ready`. */
  setReady(ready: boolean): void;
  /** Ends what would not end by itself: change streams. */
  stopStreams(): void;
  /** Waits for what runs, then closes the databases. */
  close(): Promise<void>;
}

export interface ContainerOptions {
  readonly config: Config;
  readonly logger: ProcessLogger;
  /** Where there are several processes: the metrics of all of them. */
  readonly gatherMetrics?: () => Promise<readonly MetricsSnapshot[]>;
  /** Where there are several processes: what they keep together. */
  readonly memory?: SharedMemory;
}

const clock: Clock = { now: () => Date.now() };
/** Steps of evaluation that one request may use: some seconds of work. */
const maxEvaluationSteps = 50_000_000;
const conflictRetries = 10;

/** Makes the service of its configuration. Opens nothing: databases are connected when they are first asked for. */
export function createContainer({ config, logger, ...shared }: ContainerOptions): Container {
  let ready = false;
  const startedAt = clock.now();
  const stopping = new AbortController();
  const metrics: PrometheusMetrics = new PrometheusMetrics({
    maxCollections: config.observability.metric_collections,
    pools: () => poolStates(databases),
    processMetrics: true,
    gather: shared.gatherMetrics,
  });
  const databases = createDatabases(config, metrics);
  const { limits, raw_query, auth, server } = config;
  return {
    logger,
    metrics,
    http: {
      databases,
      clock,
      metrics,
      logger: config.observability.log_requests ? logger : troubleOnly(logger),
      status: {
        version: serviceVersion,
        startedAt,
        ready: () => ready,
        cache: async () => 'disabled',
        messaging: async () => 'disabled',
      },
      limits: {
        maxBodyBytes: limits.max_body_bytes,
        requestTimeoutMs: limits.request_timeout,
        maxRequestTimeoutMs: limits.max_request_timeout,
        rawQueryMaxRows: raw_query.max_rows,
        rawQueryTimeoutMs: raw_query.timeout,
      },
      ...(shared.memory ?? ownMemory(config)),
      authenticator: auth.enabled ? createAuthenticator(auth) : undefined,
      cursorKey: cursorKeyOf(config),
      rawQueries: { enabled: raw_query.enabled, allowWrites: raw_query.allow_writes },
      cors:
        server.http.cors_origins.length > 0
          ? { origins: server.http.cors_origins, maxAgeSeconds: 600 }
          : undefined,
      trustProxy: server.http.trust_proxy,
      streams: {
        results: new OpenStreams(server.http.max_result_streams),
        changes: new OpenStreams(server.http.max_change_streams),
      },
      stopping: stopping.signal,
    },
    setReady: (value) => {
      ready = value;
    },
    stopStreams: () => stopping.abort(),
    close: () => databases.close(),
  };
}

/** A logger for processes that write no line for each request: only what went wrong. */
function troubleOnly(logger: Logger): Logger {
  const isTrouble = (level: LogLevel) => level === 'warn' || level === 'error';
  return {
    enabled: (level) => isTrouble(level) && logger.enabled(level),
    log: (level, message, fields, error) => {
      if (isTrouble(level)) logger.log(level, message, fields, error);
    },
  };
}

function createDatabases(config: Config, metrics: PrometheusMetrics): ConfiguredDatabases {
  const options = {
    maxScanDocuments: config.limits.max_scan_documents,
    maxEvaluationSteps,
    maxRetries: conflictRetries,
    allowPipelineWrites: config.mongodb.pipeline_writes,
    now: () => new Date(),
    newId: newDocumentId,
  };
  return new ConfiguredDatabases({
    default: config.derived.defaultDatabase,
    configured: config.derived.enabledDatabases,
    open: (type) =>
      openRepository(type, config, options, (adapter) => {
        const observed = withTelemetry(adapter, metrics);
        if (isEmbedded(type)) return observed;
        return withBatching(withResilience(observed, (state) => metrics.circuitState(type, state)));
      }),
  });
}
