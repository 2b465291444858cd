import { type ErrorCode, type ErrorDetails, errorStatus, ServiceError } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/value/value.ts';

export interface BulkFailure {
  readonly index: number;
  readonly code: string;
  readonly message: string;
  readonly details?: ErrorDetails;
}

/**
 * The error of a bulk request of which a part failed: the first failure's code, and in the details what was done,
 * what failed and what was not tried.
 */
export function partialFailure(
  failures: readonly BulkFailure[],
  done: Readonly<Record<string, Json>>,
  notAttempted: number,
): ServiceError {
  const [first] = failures;
  const code = first === undefined ? 'DATABASE_ERROR' : errorCode(first.code);
  const message =
    first === undefined ? 'the bulk request failed' : `operation ${first.index}: ${first.message}`;
  return new ServiceError(code, message, {
    ...first?.details,
    ...done,
    failed: failures.map(({ index, code: failed, message: why }) => ({ index, code: failed, message: why })),
    not_attempted: notAttempted,
  });
}

function errorCode(code: string): ErrorCode {
  return Object.hasOwn(errorStatus, code) ? (code as ErrorCode) : 'DATABASE_ERROR';
}
