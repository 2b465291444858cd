import { ServiceError } from '../errors.ts';
import type { CompareText } from './compile-collation.ts';
import type { Variables } from './compile-expression.ts';

/** What one request's evaluation shares: a clock that stands still (`$$NOW`) and a bound on the work. */
export interface EvaluationContext {
  readonly now: Date;
  readonly budget: EvaluationBudget;
  /** What the `let` of a `$lookup` around binds; `documentScope` puts them beside ROOT and CURRENT. */
  readonly variables?: Variables;
  /**
   * `ignored` where the database returns the fields of an object in an order of its own: filters then hold objects for
   * equal that have equal fields. https://www.mongodb.com/docs/manual/tutorial/query-embedded-documents/
   */
  readonly keyOrder?: 'kept' | 'ignored';
  /** Within a filter with a collation: how its strings compare. */
  readonly compareText?: CompareText;
}

/**
 * Steps for what stays in memory: some ten bytes of a value cost a step at least, so that all that one request builds is
 * bounded with its work, whatever it holds at once. 50 million steps build less than 512 MB.
 */
export const memorySteps = { element: 2, object: 8, field: 2, text: 4 } as const;

/**
 * Bounds the work that one request may make the service do, so that no query runs away: each operator call, array
 * element and kibibyte of a built string costs a step, what is built `memorySteps`.
 */
export class EvaluationBudget {
  #steps: number;
  #untilClock = 4096;
  readonly #deadline: number;

  /** @param deadline milliseconds since the epoch; looked at every few thousand steps. */
  constructor(steps: number, deadline: number) {
    this.#steps = steps;
    this.#deadline = deadline;
  }

  /** Throws QUERY_TOO_EXPENSIVE when the steps are used up, QUERY_TIMEOUT after the deadline. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0)
      throw new ServiceError(
        'QUERY_TOO_EXPENSIVE',
        'the query needs more computation than one request may use',
      );
    this.#untilClock -= steps;
    if (this.#untilClock > 0) return;
    this.#untilClock = 4096;
    if (Date.now() > this.#deadline)
      throw new ServiceError('QUERY_TIMEOUT', 'the query took longer than the request may');
  }
}
