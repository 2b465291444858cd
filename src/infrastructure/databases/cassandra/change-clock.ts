import { randomBytes } from 'node:crypto';

const bucketMicroseconds = 60_000_000;

/**
 * Names for changes, one for each: microseconds since the epoch in 17 digits, `-`, and what tells this process from others.
 * Their order as text is the order of time; within a process, and along the history of one document, they only rise.
 */
export class ChangeClock {
  readonly #suffix = randomBytes(6).toString('hex');
  #last = 0;

  /** @param after the change that this one replaces: the new name is greater, whatever the clocks say. */
  next(after: string | undefined): string {
    const now = Date.now() * 1000;
    const floor = Math.max(this.#last, after === undefined ? 0 : microsecondsOf(after));
    this.#last = now > floor ? now : floor + 1;
    return `${String(this.#last).padStart(17, '0')}-${this.#suffix}`;
  }
}

/** When a change was named, microseconds since the epoch. */
export function microsecondsOf(change: string): number {
  return Number(change.slice(0, 17));
}

/** Which process named a change. */
export function writerOf(change: string): string {
  return change.slice(18);
}

/** The minute of a change: what is written down about changes lies in partitions of one. */
export function bucketOf(change: string): number {
  return bucketOfTime(microsecondsOf(change));
}

/** @param microseconds since the epoch. */
export function bucketOfTime(microseconds: number): number {
  return Math.floor(microseconds / bucketMicroseconds);
}
