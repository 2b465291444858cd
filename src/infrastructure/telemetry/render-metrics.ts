import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import type { Exposition } from '../../application/ports/metrics.ts';

/** The metrics of one process as data, which can be sent to another. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

/** The sum of several processes' metrics as text. */
export async function renderMetrics(
  snapshots: readonly MetricsSnapshot[],
  format: 'prometheus' | 'openmetrics',
): Promise<Exposition> {
  const open = format === 'openmetrics';
  const contentType = open ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
  const named = open ? snapshots.map((snapshot) => snapshot.map(withOpenMetricsName)) : snapshots;
  const registry = aggregate(named, contentType);
  return { contentType, body: await registry.metrics() };
}

/** Prom-client's types leave out the second parameter and take the first for something else. */
const aggregate = AggregatorRegistry.aggregate as unknown as (
  snapshots: readonly MetricsSnapshot[],
  contentType: string,
) => Registry;

/** OpenMetrics names a counter without the `_total` of its samples, which prom-client adds again. */
function withOpenMetricsName<T extends MetricObjectWithValues<MetricValue<string>>>(metric: T): T {
  return String(metric.type) === 'counter' ? { ...metric, name: metric.name.replace(/_total$/, '') } : metric;
}
