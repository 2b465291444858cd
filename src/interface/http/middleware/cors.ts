import type { CorsPolicy } from '../dependencies.ts';

const exposedHeaders = [
  'ETag',
  'Location',
  'Retry-After',
  'X-Request-Id',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Idempotency-Replayed',
].join(', ');

const requestHeaders = [
  'Accept',
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'X-API-Key',
  'X-Database-Type',
  'X-Request-Id',
  'X-Request-Timeout-Ms',
].join(', ');

/** Lets pages of the configured origins read the answer. Credentials travel in headers, so cookies are never allowed. */
export function addCorsHeaders(
  headers: Record<string, string>,
  policy: CorsPolicy,
  origin: string | undefined,
): void {
  const any = policy.origins.includes('*');
  if (!any) headers.Vary = 'Origin';
  if (origin === undefined || !(any || policy.origins.includes(origin))) return;
  headers['Access-Control-Allow-Origin'] = any ? '*' : origin;
  headers['Access-Control-Expose-Headers'] = exposedHeaders;
}

/** What a preflight asks for; the origin itself is added like on every answer. */
export function preflightHeaders(policy: CorsPolicy, methods: string): Readonly<Record<string, string>> {
  return {
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': requestHeaders,
    'Access-Control-Max-Age': String(policy.maxAgeSeconds),
  };
}
