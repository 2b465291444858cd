import type { Call } from '../../../application/ports/call.ts';
import { ServiceError } from '../../../domain/errors.ts';

export interface GateLimits {
  /** Statements under way at a time. */
  readonly atOnce: number;
  /** Statements that wait for that; more are refused. */
  readonly waiting: number;
  /** How long one waits, milliseconds. */
  readonly waitMs: number;
}

/**
 * Bounds what one process asks of the cluster: so many statements at once, the others in line. A node that gets more than
 * it can do answers all of it late.
 */
export class StatementGate {
  readonly #limits: GateLimits;
  readonly #line = new Set<() => void>();
  #active = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /**
   * Rejects with CONNECTION_ERROR when the line is full or the turn does not come in time, and with the signal's reason as
   * soon as the call is aborted: nobody waits for the work any more, so it is not begun.
   */
  async run<T>(call: Call, work: () => Promise<T>): Promise<T> {
    if (this.#active < this.#limits.atOnce) this.#active += 1;
    else await this.#turn(call);
    try {
      call.signal.throwIfAborted();
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(call: Call): Promise<void> {
    if (this.#line.size >= this.#limits.waiting) throw tooMuch();
    const left = Math.max(0, Math.min(this.#limits.waitMs, call.deadline - Date.now()));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        call.signal.removeEventListener('abort', giveUp);
        this.#line.delete(enter);
      };
      const enter = (): void => {
        leave();
        resolve();
      };
      const giveUp = (): void => {
        leave();
        reject(call.signal.reason);
      };
      const timer = setTimeout(() => {
        leave();
        reject(tooMuch());
      }, left);
      call.signal.addEventListener('abort', giveUp);
      this.#line.add(enter);
    });
  }

  /** A place that gets free goes to the first in line. */
  #next(): void {
    const [enter] = this.#line;
    if (enter === undefined) this.#active -= 1;
    else enter();
  }
}

function tooMuch(): ServiceError {
  return new ServiceError('CONNECTION_ERROR', 'more statements wait for Cassandra than it can take in time');
}
