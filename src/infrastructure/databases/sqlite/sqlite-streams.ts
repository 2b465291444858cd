import { ServiceError } from '../../../domain/errors.ts';

/** Characters of row text that all streams together have on their way, and one of them at least and at most. */
const sharedText = 8 * 1024 * 1024;
const leastText = 32 * 1024;
const mostText = 512 * 1024;
/** How long one waits for its turn, milliseconds. */
const patience = 5_000;
/** Up to so many streams have one more batch waiting. */
const mostReadingAhead = 16;

/**
 * The results that are being read, those of one batch not counted: each holds a snapshot of the database, for which the
 * WAL grows, and what its reader has not taken yet. The more there are, the less each has on its way.
 */
export class SqliteStreams {
  readonly #most: number;
  readonly #line = new Set<() => void>();
  #open = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get mayReadAhead(): boolean {
    return this.#open <= mostReadingAhead;
  }

  /** Characters after which a batch is sent. */
  get batchText(): number {
    return Math.max(leastText, Math.min(mostText, Math.trunc(sharedText / Math.max(1, this.#open))));
  }

  /** One more, until `leave`; waits a moment for its turn. Rejects with CONNECTION_ERROR when none comes. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#open < this.#most) this.#open += 1;
    else await this.#turn(signal);
  }

  leave(): void {
    const [next] = this.#line;
    if (next === undefined) this.#open -= 1;
    else next();
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#line.delete(go);
        then();
      };
      const go = settle(resolve);
      const abort = settle(() => reject(signal.reason));
      const timer = setTimeout(
        settle(() => reject(tooMany(this.#most))),
        patience,
      );
      signal.addEventListener('abort', abort);
      this.#line.add(go);
    });
  }
}

function tooMany(most: number): ServiceError {
  return new ServiceError('CONNECTION_ERROR', 'too many results are being read', { max_streams: most });
}
