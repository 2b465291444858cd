import { ServiceError } from '../../domain/errors.ts';

/**
 * Counts the answers of one kind that are streamed at this moment: each holds a query, a snapshot or a place in a feed
 * for as long as its client reads, so a process bears only so many.
 */
export class OpenStreams {
  readonly #max: number;
  #open = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Takes a place; answers how to give it back, once.
   * @throws CONNECTION_ERROR when all are taken.
   */
  open(): () => void {
    if (this.#open >= this.#max)
      throw new ServiceError('CONNECTION_ERROR', 'too many streams are open; try again later', {
        max_streams: this.#max,
      });
    this.#open += 1;
    let isOpen = true;
    return () => {
      if (isOpen) this.#open -= 1;
      isOpen = false;
    };
  }
}
