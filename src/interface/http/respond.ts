import type { Answer } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { addCorsHeaders } from './middleware/cors.ts';
import { addRateHeaders } from './middleware/limit-rate.ts';

/** https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers */
const securityHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/**
 * The answer as a response. The headers are a plain record: with @hono/node-server they go to Node as they are, while
 * a `Headers` object would be built and taken apart again.
 */
export function respond(exchange: Exchange, answer: Answer): Response {
  const { request, service, rate } = exchange;
  const headers: Record<string, string> = { 'X-Request-Id': request.id, ...securityHeaders };
  if (answer.body !== null) headers['Content-Type'] = answer.contentType ?? 'application/json';
  if (rate !== undefined && service.rateLimiter !== undefined)
    addRateHeaders(headers, service.rateLimiter, rate);
  if (service.cors !== undefined) addCorsHeaders(headers, service.cors, request.header('origin'));
  if (answer.headers !== undefined) Object.assign(headers, answer.headers);
  return new Response(answer.body, { status: answer.status, headers });
}
