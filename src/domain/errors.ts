import type { Json } from './value/value.ts';

/** Every error that the service answers, with its one HTTP status. The union is closed: clients switch over it. */
export const errorStatus = {
  INVALID_REQUEST: 400,
  VALIDATION_ERROR: 400,
  QUERY_TOO_EXPENSIVE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  DOCUMENT_NOT_FOUND: 404,
  COLLECTION_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  OPTIMISTIC_LOCK_ERROR: 409,
  DUPLICATE_KEY: 409,
  TRANSACTION_FAILED: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  INDEX_ERROR: 422,
  RATE_LIMIT_EXCEEDED: 429,
  DATABASE_ERROR: 500,
  INTERNAL_ERROR: 500,
  UNSUPPORTED_OPERATION: 501,
  CONNECTION_ERROR: 503,
  QUERY_TIMEOUT: 504,
} as const;

export type ErrorCode = keyof typeof errorStatus;
export type ErrorDetails = Readonly<Record<string, Json>>;

/**
 * The only error that crosses a layer. `message` and `details` are shown to the client: no stack, native statement
 * with values, or credential may be in them. What happened inside goes to `cause`, which is logged, never sent.
 */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ServiceError';
    this.code = code;
    this.details = details;
  }
}

/** A mistake in the caller's query; `path` is where it stands, for example `filter.$or[1].age.$gtt`. */
export function invalidRequest(message: string, path: string): ServiceError {
  return new ServiceError('INVALID_REQUEST', message, { path });
}

/** Runs a part of the caller's query; a mistake in it that does not say where it stands gets the path of the part. */
export function locateMistakes<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const lost =
      error instanceof ServiceError && error.code === 'INVALID_REQUEST' && error.details.path === undefined;
    throw lost ? new ServiceError(error.code, error.message, { ...error.details, path }, error.cause) : error;
  }
}

/** The details of an error within one of several operations, its path from the start of the request. */
export function detailsWithin(operation: string, details: ErrorDetails): ErrorDetails {
  return { ...details, path: typeof details.path === 'string' ? `${operation}.${details.path}` : operation };
}

/** A document, id or name that breaks the rules of the document model. */
export function validationError(message: string, path: string): ServiceError {
  return new ServiceError('VALIDATION_ERROR', message, { path });
}

/** What a database cannot do, by the name that its capabilities give it. */
export function unsupportedOperation(database: string, capability: string, message: string): ServiceError {
  return new ServiceError('UNSUPPORTED_OPERATION', message, { database, capability });
}
