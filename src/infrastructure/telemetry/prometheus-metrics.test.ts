import { describe, expect, it } from 'vitest';
import { PrometheusMetrics } from './prometheus-metrics.ts';
import { renderMetrics } from './render-metrics.ts';

const create = () =>
  new PrometheusMetrics({
    maxCollections: 2,
    pools: async () => [{ database: 'sqlite', active: 1, idle: 2, max: 3 }],
    processMetrics: false,
  });

function operation(collection: string, seconds = 0.002) {
  return { database: 'sqlite', operation: 'find', collection, status: 'ok' as const, seconds };
}

describe('PrometheusMetrics', () => {
  it('names what it counts as the platform document says', async () => {
    const metrics = create();
    metrics.httpRequest('GET', '/documents/{collection}/{id}', 200, 0.004);
    metrics.databaseOperation(operation('users'));
    const { body, contentType } = await metrics.exposition('prometheus');
    expect(contentType).toContain('text/plain');
    expect(body).toContain(
      'http_requests_total{method="GET",route="/documents/{collection}/{id}",status="200"} 1',
    );
    expect(body).toContain('http_request_duration_seconds_bucket{le="0.005",');
    expect(body).toContain(
      'db_operations_total{database="sqlite",operation="find",collection="users",status="ok"} 1',
    );
    expect(body).toContain('db_pool_connections{database="sqlite",state="idle"} 2');
  });

  it('calls collections beyond the limit "other"', async () => {
    const metrics = create();
    for (const name of ['a', 'b', 'c', 'd', 'a']) metrics.databaseOperation(operation(name));
    const { body } = await metrics.exposition('prometheus');
    expect(body).toContain('collection="a",status="ok"} 2');
    expect(body).toContain('collection="other",status="ok"} 2');
    expect(body).not.toContain('collection="c"');
  });

  it('speaks OpenMetrics, before and after Prometheus text', async () => {
    const metrics = create();
    metrics.httpRequest('GET', '/x', 200, 0.004);
    const first = await metrics.exposition('openmetrics');
    const plain = await metrics.exposition('prometheus');
    const second = await metrics.exposition('openmetrics');
    expect(first.contentType).toContain('application/openmetrics-text');
    expect(first.body).toContain('# TYPE http_requests counter');
    expect(first.body).toContain('http_requests_total{method="GET",route="/x",status="200"} 1');
    expect(first.body.endsWith('# EOF\n')).toBe(true);
    expect(second.body).toBe(first.body);
    expect(plain.body).toContain('# TYPE http_requests_total counter');
  });

  it('adds up processes', async () => {
    const [one, two] = [create(), create()];
    one.httpRequest('GET', '/x', 200, 0.1);
    two.httpRequest('GET', '/x', 200, 0.1);
    const { body } = await renderMetrics([await one.snapshot(), await two.snapshot()], 'prometheus');
    expect(body).toContain('http_requests_total{method="GET",route="/x",status="200"} 2');
    expect(body).toContain('http_request_duration_seconds_count{method="GET",route="/x"} 2');
  });

  it('knows the mean time of a database', () => {
    const metrics = create();
    expect(metrics.averageQueryMs('sqlite')).toBeUndefined();
    metrics.databaseOperation(operation('a', 0.001));
    metrics.databaseOperation(operation('a', 0.003));
    expect(metrics.averageQueryMs('sqlite')).toBeCloseTo(2);
  });
});
