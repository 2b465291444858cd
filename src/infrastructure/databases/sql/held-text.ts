import { ServiceError } from '../../../domain/errors.ts';

/**
 * What one built document may be as the JSON of a database, in characters: twice what it may weigh, since names and
 * the places of values stand in it too. What it weighs is the domain's to say.
 */
export const largestText = 32 * 1024 * 1024;

/** Counts the JSON that is held until an answer is whole; more than the bound is QUERY_TOO_EXPENSIVE. */
export class HeldText {
  #length = 0;
  readonly #most: number;

  /** @param most characters */
  constructor(most: number) {
    this.#most = most;
  }

  add(length: number): void {
    this.#length += length;
    if (this.#length > this.#most) throw tooMuch(this.#most);
  }
}

/** The text itself, to be called before it is parsed; QUERY_TOO_EXPENSIVE beyond `largestText`. */
export function checkedText(text: string): string {
  if (text.length > largestText) throw tooMuch(largestText);
  return text;
}

function tooMuch(max: number): ServiceError {
  return new ServiceError(
    'QUERY_TOO_EXPENSIVE',
    `a stage of the pipeline would have to hold more than ${max} characters of JSON`,
    { max },
  );
}
