import { ServiceError } from '../errors.ts';

/** Counts what a stage that cannot stream holds in memory; more than the bound is QUERY_TOO_EXPENSIVE. */
export class Held {
  #count = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(count: number): void {
    this.#count += count;
    if (this.#count > this.#most)
      throw new ServiceError(
        'QUERY_TOO_EXPENSIVE',
        `a stage of the pipeline would have to hold more than ${this.#most} documents or values`,
        { max: this.#most },
      );
  }
}
