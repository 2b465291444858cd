import type { LogLevel } from '../../application/ports/logger.ts';
import { ServiceError } from '../../domain/errors.ts';
import type { Exchange } from './exchange.ts';

/** Counts, times and logs a request that has its answer. */
export function recordExchange(exchange: Exchange, status: number, failure: unknown): void {
  const { request, endpoint, service } = exchange;
  const milliseconds = performance.now() - request.startedAt;
  service.metrics.httpRequest(request.method, endpoint.path, status, milliseconds / 1000);
  const error = failure instanceof ServiceError ? failure : undefined;
  const level: LogLevel = isTrouble(status, error) ? 'error' : 'info';
  if (!service.logger.enabled(level)) return;
  service.logger.log(
    level,
    'request',
    {
      request_id: request.id,
      method: request.method,
      route: endpoint.path,
      status,
      duration_ms: Math.round(milliseconds * 1000) / 1000,
      caller: request.principal?.subject,
      error_code: error?.code,
    },
    level === 'error' ? failure : undefined,
  );
}

/** What needs somebody's attention: not what the service cannot do, and not a database that it does not have. */
function isTrouble(status: number, error: ServiceError | undefined): boolean {
  return status >= 500 && status !== 501 && error?.details.configured === undefined;
}
