import { errorStatus, ServiceError } from '../../domain/errors.ts';
import type { Answer } from './answer.ts';

/** Longest error, characters, whose texts are sent whole. */
const maxErrorLength = 4096;
/** What of each text is sent of a longer one; no id and no name is longer. */
const maxQuoteLength = 1024;

/** Any thrown thing as the error that the client may see; what nobody foresaw is INTERNAL_ERROR, its cause kept for the log. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError(
    'INTERNAL_ERROR',
    'the service failed; the request id finds it in the log',
    {},
    error,
  );
}

/** The error envelope of semantics.md §9. */
export function errorAnswer(error: ServiceError, requestId: string): Answer {
  const status = errorStatus[error.code];
  const body = errorJson(error, requestId);
  const headers = headersFor(error);
  return headers === undefined ? { status, body } : { status, body, headers };
}

export function errorJson(error: ServiceError, requestId: string): string {
  const { code, message, details } = error;
  const envelope = { success: false, error: { code, message, details, request_id: requestId } };
  const text = JSON.stringify(envelope);
  return text.length <= maxErrorLength ? text : JSON.stringify(envelope, shortened);
}

/** An error quotes the request, but does not send megabytes of it back. */
function shortened(_: string, value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= maxQuoteLength) return value;
  return `${value.slice(0, maxQuoteLength).toWellFormed()}…`;
}

function headersFor(error: ServiceError): Readonly<Record<string, string>> | undefined {
  switch (error.code) {
    case 'UNAUTHENTICATED':
      return { 'WWW-Authenticate': 'Bearer realm="database-service"' };
    case 'METHOD_NOT_ALLOWED': {
      const { allowed } = error.details;
      return { Allow: Array.isArray(allowed) ? allowed.join(', ') : '' };
    }
    case 'RATE_LIMIT_EXCEEDED':
      return { 'Retry-After': String(error.details.retry_after_seconds ?? 1) };
    case 'CONNECTION_ERROR':
      return { 'Retry-After': '1' };
    default:
      return undefined;
  }
}
