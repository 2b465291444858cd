import { detailsWithin, ServiceError } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/value/value.ts';
import type { BulkFailure } from '../../ports/document-repository.ts';

/**
 * The error of a bulk request of which a part failed: the first failure's code, and in the details what was done,
 * what failed and what was not tried.
 * @param list what the request calls its parts: `operations`, `documents`.
 */
export function partialFailure(
  list: string,
  failures: readonly BulkFailure[],
  done: Readonly<Record<string, Json>>,
  notAttempted: number,
): ServiceError {
  const [first] = failures;
  const rest = {
    ...done,
    failed: failures.map(({ index, code, message }) => ({ index, code, message })),
    not_attempted: notAttempted,
  };
  if (first === undefined) return new ServiceError('DATABASE_ERROR', 'the bulk request failed', rest);
  const { index, code, message, details } = first;
  return new ServiceError(code, `operation ${index}: ${message}`, {
    ...detailsWithin(`${list}[${index}]`, details),
    ...rest,
  });
}
