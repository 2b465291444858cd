import type { ChangeEvent } from '../../../domain/events.ts';

/** Changes that wait for one watcher. One that is slower reads them from the log, when it has the time. */
const mostWaiting = 256;
/** The same in characters of their documents: one more change may stand beside them. */
const mostText = 1024 * 1024;

/** What one watcher is told as it happens. */
export class SqliteChangeSubscription {
  readonly collection: string | undefined;
  readonly #waiting: (readonly [change: ChangeEvent, size: number])[] = [];
  #text = 0;
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: unknown;

  constructor(collection: string | undefined) {
    this.collection = collection;
  }

  /**
   * False: the watcher is too slow, and is told nothing after this.
   *
   * @param size characters of the change's document
   */
  push(change: ChangeEvent, size: number): boolean {
    this.#waiting.push([change, size]);
    this.#text += size;
    if (this.#waiting.length >= mostWaiting || this.#text >= mostText) this.#ended = true;
    this.#wake?.();
    return !this.#ended;
  }

  fail(error: unknown): void {
    this.#ended = true;
    this.#failure = error;
    this.#wake?.();
  }

  /** Ends with the signal, or when the watcher was too slow. */
  async *changes(signal: AbortSignal): AsyncGenerator<ChangeEvent> {
    while (!signal.aborted) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        const [change, size] = next;
        this.#text -= size;
        yield change;
      } else if (this.#failure !== undefined) throw this.#failure;
      else if (this.#ended) return;
      else await this.#next(signal);
    }
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const wake = this.#wake;
      signal.addEventListener('abort', wake);
    });
  }
}
