import type { Call } from '../../application/ports/call.ts';

/**
 * The same call with less time. Its fields are read one by one: those of a call that a class makes are not copied by
 * spreading it.
 *
 * @param deadline milliseconds since the epoch
 */
export function withDeadline(call: Call, deadline: number): Call {
  const { signal, requestId } = call;
  return { signal, requestId, deadline: Math.min(call.deadline, deadline) };
}
