import type { Call } from '../../../application/ports/call.ts';

/** The call of work that no request waits for. */
export function backgroundCall(milliseconds = 60_000): Call {
  return {
    signal: new AbortController().signal,
    requestId: 'background',
    deadline: Date.now() + milliseconds,
  };
}

/** The same call with less time; its fields are read one by one, since a call may have them from its class. */
export function withDeadline(call: Call, deadline: number): Call {
  const { signal, requestId } = call;
  return { signal, requestId, deadline: Math.min(call.deadline, deadline) };
}
