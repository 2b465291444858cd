import type { ErrorCode } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/value/value.ts';

type Example = readonly [message: string, details: JsonObject];

/** What each code looks like: shown in the OpenAPI document and in the docs. */
const examples: Readonly<Record<ErrorCode, Example>> = {
  INVALID_REQUEST: ['unknown operator $gtt', { path: 'filter.$or[1].age.$gtt' }],
  VALIDATION_ERROR: ['"_id" is set by the service', { path: 'data._id' }],
  QUERY_TOO_EXPENSIVE: ['the query would read more than 100000 documents', {}],
  UNAUTHENTICATED: ['an API key or a token is needed', {}],
  PERMISSION_DENIED: ['this needs the role "writer"', { required_role: 'writer' }],
  DOCUMENT_NOT_FOUND: ['there is no such document', { collection: 'users', id: 'ada' }],
  COLLECTION_NOT_FOUND: ['the collection users does not exist', { collection: 'users' }],
  ROUTE_NOT_FOUND: ['there is no such route', {}],
  METHOD_NOT_ALLOWED: [
    'PATCH is not for this route',
    { allowed: ['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'] },
  ],
  OPTIMISTIC_LOCK_ERROR: [
    'the document has changed since it was read',
    { expected_version: 3, current_version: 4 },
  ],
  DUPLICATE_KEY: ['a document with this key exists', { key: { _id: 'ada' } }],
  TRANSACTION_FAILED: ['operation 1 failed', { failed_operation: 1, reason: 'no document has the id' }],
  PAYLOAD_TOO_LARGE: ['the body is larger than 33554432 bytes', { max_bytes: 33_554_432 }],
  UNSUPPORTED_MEDIA_TYPE: [
    'the body has to be application/json in UTF-8',
    { supported: ['application/json'] },
  ],
  INDEX_ERROR: ['there is no index email_1', { index: 'email_1' }],
  RATE_LIMIT_EXCEEDED: ['too many requests', { limit: 1000, window_seconds: 60, retry_after_seconds: 1 }],
  DATABASE_ERROR: ['the database refused the statement', {}],
  INTERNAL_ERROR: ['the service failed; the request id finds it in the log', {}],
  UNSUPPORTED_OPERATION: [
    'cassandra cannot rename collections',
    { database: 'cassandra', capability: 'collections.rename' },
  ],
  CONNECTION_ERROR: ['the database "mysql" is not configured', { database: 'mysql', configured: ['sqlite'] }],
  QUERY_TIMEOUT: ['the request took longer than it may', {}],
};

/** One example of each code, by code. */
export function errorExamples(): JsonObject {
  const requestId = 'b3c1f6a2-5f0e-4a8e-9a55-0d7d6a3c9e10';
  return Object.fromEntries(
    Object.entries(examples).map(([code, [message, details]]) => [
      code,
      { value: { success: false, error: { code, message, details, request_id: requestId } } },
    ]),
  );
}
