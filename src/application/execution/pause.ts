import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../ports/call.ts';

/**
 * Waits before another attempt: full jitter under an exponential cap of 5 ms · 2^attempt, at most 200 ms.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function pause(attempt: number, call: Call): Promise<void> {
  call.signal.throwIfAborted();
  await delay(Math.random() * Math.min(200, 5 * 2 ** attempt));
}
