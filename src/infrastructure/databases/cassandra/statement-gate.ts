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

  /** Rejects with CONNECTION_ERROR when the line is full or the turn does not come in time. */
  async run<T>(call: Call, work: () => Promise<T>): Promise<T> {
    if (this.#active < this.#limits.atOnce) this.#active += 1;
    else await this.#turn(call);
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(call: Call): Promise<void> {
    if (this.#line.size >= this.#limits.waiting) throw tooMuch();
    const left = Math.max(0, Math.min(this.#limits.waitMs, call.deadline - Date.now()));
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#line.delete(enter);
        reject(tooMuch());
      }, left);
      this.#line.add(enter);
    });
  }

  /** A place that gets free goes to the first in line. */
  #next(): void {
    for (const enter of this.#line) {
      this.#line.delete(enter);
      enter();
      return;
    }
    this.#active -= 1;
  }
}

function tooMuch(): ServiceError {
  return new ServiceError('CONNECTION_ERROR', 'more statements wait for Cassandra than it can take in time');
}
