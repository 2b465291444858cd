import type { ServiceError } from '../../domain/errors.ts';
import { timedOut } from './request-call.ts';

/** What a request's end is known by. */
interface Bounded {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  abort(reason: ServiceError): void;
}

interface Running {
  readonly call: Bounded;
  readonly end: () => void;
}

/** How often overdue requests are looked for, milliseconds. */
const interval = 100;

/**
 * Ends requests whose time is over though nobody below listens to their signal: a lost answer of a database must not
 * become a request that never ends. One timer for all of them, since a timer each would cost every request.
 */
export class OverdueRequests {
  /**
   * Places that are used again. Not a Map: that moves into a new table every few requests, and each table that it
   * leaves behind keeps its requests from the young generation's collector (5 KB of each request was promoted).
   */
  readonly #running: (Running | undefined)[] = [];
  readonly #free: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  /**
   * Settles as `work` does, or rejects with QUERY_TIMEOUT shortly after the call's deadline.
   * @param late gets what `work` answers after that.
   */
  watch<T>(call: Bounded, work: Promise<T>, late: (value: T) => void = () => undefined): Promise<T> {
    if (call.deadline === Number.POSITIVE_INFINITY) return work;
    this.#timer ??= setInterval(() => this.#endOverdue(), interval).unref();
    return new Promise((resolve, reject) => {
      const running: Running = {
        call,
        end: () => {
          const error = timedOut();
          call.abort(error);
          reject(error);
        },
      };
      const place = this.#free.pop() ?? this.#running.length;
      this.#running[place] = running;
      work.then(
        (value) => {
          if (this.#remove(place, running)) resolve(value);
          else late(value);
        },
        (error) => {
          this.#remove(place, running);
          reject(error);
        },
      );
    });
  }

  /** False: it was ended before, and its place may be another's by now. */
  #remove(place: number, running: Running): boolean {
    if (this.#running[place] !== running) return false;
    this.#running[place] = undefined;
    this.#free.push(place);
    return true;
  }

  #endOverdue(): void {
    // Who listens to the signal knows more of what happened, and goes first.
    const before = Date.now() - interval;
    for (const [place, running] of this.#running.entries()) {
      if (running === undefined || running.call.deadline >= before) continue;
      this.#remove(place, running);
      running.end();
    }
    if (this.#free.length < this.#running.length) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
