import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';

/** Whether nobody waits for the call's answer any more. */
export function hasEnded(call: Call | undefined): boolean {
  return call !== undefined && (call.signal.aborted || Date.now() >= call.deadline);
}

/** Why a call came to an end. */
export function reasonOfEnd(call: Call | undefined): ServiceError {
  const reason: unknown = call?.signal.reason;
  if (reason instanceof ServiceError) return reason;
  return new ServiceError('QUERY_TIMEOUT', 'the query took longer than the request may');
}
