import type { Call } from '../../src/application/ports/call.ts';

/** A call that nobody aborts, with half a minute to go. */
export function testCall(milliseconds = 30_000): Call {
  return {
    signal: new AbortController().signal,
    requestId: 'test',
    deadline: Date.now() + milliseconds,
  };
}
