import type { RateLimitDecision, RateLimiter } from '../../../application/ports/rate-limiter.ts';
import { ServiceError } from '../../../domain/errors.ts';
import type { Exchange } from '../exchange.ts';

/** Counts a request against its caller: the authenticated one, else the client's address. Rejects with RATE_LIMIT_EXCEEDED. */
export async function limitRate(exchange: Exchange, limiter: RateLimiter): Promise<void> {
  const { request, service } = exchange;
  const caller = request.principal?.subject;
  const key = caller === undefined ? `ip:${request.clientAddress(service.trustProxy)}` : `caller:${caller}`;
  const decision = limiter.take(key);
  exchange.rate = decision instanceof Promise ? await decision : decision;
  if (exchange.rate.allowed) return;
  throw new ServiceError('RATE_LIMIT_EXCEEDED', 'too many requests', {
    limit: limiter.limit,
    window_seconds: limiter.windowSeconds,
    retry_after_seconds: Math.max(1, exchange.rate.resetSeconds),
  });
}

/**
 * The customary headers (`X-RateLimit-Reset` in seconds from now) and the IETF's.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function addRateHeaders(
  headers: Record<string, string>,
  limiter: RateLimiter,
  decision: RateLimitDecision,
): void {
  headers['X-RateLimit-Limit'] = String(limiter.limit);
  headers['X-RateLimit-Remaining'] = String(decision.remaining);
  headers['X-RateLimit-Reset'] = String(decision.resetSeconds);
  headers['RateLimit-Policy'] = `"default";q=${limiter.limit};w=${limiter.windowSeconds}`;
  headers.RateLimit = `"default";r=${decision.remaining};t=${decision.resetSeconds}`;
}
