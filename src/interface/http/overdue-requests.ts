import type { ServiceError } from '../../domain/errors.ts';
import { timedOut } from './request-call.ts';

/** What a request's end is known by. */
interface Bounded {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  abort(reason: ServiceError): void;
}

/** How often overdue requests are looked for, milliseconds. */
const interval = 100;

/**
 * Ends requests whose time is over though nobody below listens to their signal: a lost answer of a database must not
 * become a request that never ends. One timer for all of them, since a timer each would cost every request.
 */
export class OverdueRequests {
  readonly #running = new Map<object, { readonly call: Bounded; readonly end: () => void }>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * Settles as `work` does, or rejects with QUERY_TIMEOUT shortly after the call's deadline.
   * @param late gets what `work` answers after that.
   */
  watch<T>(call: Bounded, work: Promise<T>, late: (value: T) => void = () => undefined): Promise<T> {
    if (call.deadline === Number.POSITIVE_INFINITY) return work;
    this.#timer ??= setInterval(() => this.#endOverdue(), interval).unref();
    const key = {};
    return new Promise((resolve, reject) => {
      const end = () => {
        const error = timedOut();
        call.abort(error);
        reject(error);
      };
      this.#running.set(key, { call, end });
      work.then(
        (value) => {
          if (this.#running.delete(key)) resolve(value);
          else late(value);
        },
        (error) => {
          this.#running.delete(key);
          reject(error);
        },
      );
    });
  }

  #endOverdue(): void {
    // Who listens to the signal knows more of what happened, and goes first.
    const before = Date.now() - interval;
    for (const [key, { call, end }] of this.#running) {
      if (call.deadline >= before) continue;
      this.#running.delete(key);
      end();
    }
    if (this.#running.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
