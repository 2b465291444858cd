import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DatabaseObservation, Exposition, Metrics } from '../../application/ports/metrics.ts';
import { BoundedLabel } from './bounded-label.ts';
import { type MetricsSnapshot, renderMetrics } from './render-metrics.ts';

/** Seconds; the objective is P99 at 30 ms, so most bounds lie around it. */
const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.015, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Names that dashboards and alerts may rely on already; zero until the process has what they count. */
const laterCounters = {
  cache_hits_total: 'Reads answered from the cache.',
  cache_misses_total: 'Reads that the cache did not hold.',
  kafka_messages_published_total: 'Change events published.',
  vault_lease_renewals_total: 'Leases renewed.',
} as const;

const circuitStates = { closed: 0, half_open: 1, open: 2 } as const;
export type CircuitState = keyof typeof circuitStates;

export interface PoolState {
  readonly database: string;
  readonly active: number;
  readonly idle: number;
  readonly max: number;
}

export interface PrometheusMetricsOptions {
  /** How many collections get label values of their own. */
  readonly maxCollections: number;
  /** Asked at every exposition; must not take long. */
  readonly pools: () => Promise<readonly PoolState[]>;
  /** Metrics of Node itself: event loop, heap, garbage collection. */
  readonly processMetrics: boolean;
  /** Where there are several processes: the metrics of all of them; undefined: of this one alone. */
  readonly gather?: (() => Promise<readonly MetricsSnapshot[]>) | undefined;
}

/** The metrics of one process. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #collections: BoundedLabel;
  readonly #means = new Map<string, { count: number; seconds: number }>();
  readonly #requests = this.#counter('http_requests_total', 'Requests answered over HTTP.', [
    'method',
    'route',
    'status',
  ]);
  readonly #requestSeconds = this.#histogram('http_request_duration_seconds', 'Time to answer over HTTP.', [
    'method',
    'route',
  ]);
  readonly #operations = this.#counter('db_operations_total', 'Operations of a database.', [
    'database',
    'operation',
    'collection',
    'status',
  ]);
  readonly #operationSeconds = this.#histogram(
    'db_operation_duration_seconds',
    'Time of a database operation.',
    ['database', 'operation'],
  );

  readonly #gather: () => Promise<readonly MetricsSnapshot[]>;

  readonly #circuits = this.#gauge(
    'circuit_breaker_state',
    'Circuit breaker: 0 closed, 1 half open, 2 open.',
    ['database'],
  );

  constructor(options: PrometheusMetricsOptions) {
    this.#gather = options.gather ?? (async () => [await this.snapshot()]);
    this.#collections = new BoundedLabel(options.maxCollections);
    this.#poolGauge(options.pools);
    for (const [name, help] of Object.entries(laterCounters)) this.#counter(name, help, []);
    if (options.processMetrics) collectDefaultMetrics({ register: this.#registry });
  }

  httpRequest(method: string, route: string, status: number, seconds: number): void {
    this.#requests.inc({ method, route, status });
    this.#requestSeconds.observe({ method, route }, seconds);
  }

  databaseOperation({ database, operation, collection, status, seconds }: DatabaseObservation): void {
    this.#operations.inc({ database, operation, collection: this.#collections.of(collection), status });
    this.#operationSeconds.observe({ database, operation }, seconds);
    const mean = this.#means.get(database) ?? { count: 0, seconds: 0 };
    mean.count += 1;
    mean.seconds += seconds;
    this.#means.set(database, mean);
  }

  circuitState(database: string, state: CircuitState): void {
    this.#circuits.set({ database }, circuitStates[state]);
  }

  averageQueryMs(database: string): number | undefined {
    const mean = this.#means.get(database);
    return mean === undefined ? undefined : (mean.seconds / mean.count) * 1000;
  }

  async exposition(format: 'prometheus' | 'openmetrics'): Promise<Exposition> {
    return renderMetrics(await this.#gather(), format);
  }

  /** For the process that adds up the metrics of all workers. */
  snapshot(): Promise<MetricsSnapshot> {
    return this.#registry.getMetricsAsJSON();
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry], aggregator: 'max' });
  }

  #histogram(name: string, help: string, labelNames: string[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets: latencyBuckets, registers: [this.#registry] });
  }

  #poolGauge(pools: PrometheusMetricsOptions['pools']): void {
    new Gauge({
      name: 'db_pool_connections',
      help: 'Connections of a database pool.',
      labelNames: ['database', 'state'],
      registers: [this.#registry],
      async collect() {
        for (const { database, ...states } of await pools()) {
          for (const [state, value] of Object.entries(states)) this.set({ database, state }, value);
        }
      },
    });
  }
}
