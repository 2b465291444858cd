import type { Call } from '../../application/ports/call.ts';

/** The call of work that no request waits for, or that has to be ended whatever became of the request. */
export function backgroundCall(milliseconds = 60_000): Call {
  return {
    signal: new AbortController().signal,
    requestId: 'background',
    deadline: Date.now() + milliseconds,
  };
}
