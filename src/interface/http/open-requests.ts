import { timedOut } from './request-call.ts';

/** Looked at now and then, until it says that there is no need any more. */
export interface Watched {
  /** @param now milliseconds since the epoch */
  isOver(now: number): boolean;
}

interface Bounded {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  abort(reason: Error): void;
}

/** How often open requests are looked at, milliseconds. */
const interval = 50;
/** Who listens to a call's signal knows more of what happened, and has this long to answer first, milliseconds. */
const grace = 100;

/**
 * Finds the requests whose time is over or whose client went away. One timer looks at all of them, since a timer and a
 * listener for each cost every request: more than the rest of its bookkeeping.
 */
export class OpenRequests {
  /**
   * Places that are used again. Not a Map: that moves into a new table every few requests, and each table that it
   * leaves behind keeps its requests from the young generation's collector (5 KB of each request was promoted).
   */
  readonly #watched: (Watched | undefined)[] = [];
  readonly #free: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Answers the place to give to `remove`. */
  add(watched: Watched): number {
    this.#timer ??= setInterval(() => this.#look(), interval).unref();
    const place = this.#free.pop() ?? this.#watched.length;
    this.#watched[place] = watched;
    return place;
  }

  /** False: it was over before, and its place may be another's by now. */
  remove(place: number, watched: Watched): boolean {
    if (this.#watched[place] !== watched) return false;
    this.#watched[place] = undefined;
    this.#free.push(place);
    return true;
  }

  /**
   * Settles as `work` does, or rejects with QUERY_TIMEOUT shortly after the call's deadline though nobody below listens
   * to its signal: a lost answer of a database must not become a request that never ends.
   * @param late gets what `work` answers after that.
   */
  settle<T>(call: Bounded, work: Promise<T>, late: (value: T) => void = () => undefined): Promise<T> {
    if (call.deadline === Number.POSITIVE_INFINITY) return work;
    return new Promise((resolve, reject) => {
      const watched: Watched = {
        isOver(now) {
          if (now < call.deadline + grace) return false;
          const error = timedOut();
          call.abort(error);
          reject(error);
          return true;
        },
      };
      const place = this.add(watched);
      work.then(
        (value) => {
          if (this.remove(place, watched)) resolve(value);
          else late(value);
        },
        (error) => {
          this.remove(place, watched);
          reject(error);
        },
      );
    });
  }

  #look(): void {
    const now = Date.now();
    for (const [place, watched] of this.#watched.entries())
      if (watched?.isOver(now)) this.remove(place, watched);
    if (this.#free.length < this.#watched.length) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
