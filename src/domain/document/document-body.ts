import type { JsonObject } from '../value/value.ts';

/**
 * A document's `data`, held as JSON text, as a value, or both; each form is made from the other on first use.
 * A document that is only passed on from a SQL row to a response body is thereby never parsed.
 */
export class DocumentBody {
  #text: string | undefined;
  #value: JsonObject | undefined;

  private constructor(text: string | undefined, value: JsonObject | undefined) {
    this.#text = text;
    this.#value = value;
  }

  /** @param text the JSON text of one object; trusted, it comes from a database that stored it as such. */
  static fromText(text: string): DocumentBody {
    return new DocumentBody(text, undefined);
  }

  static fromValue(value: JsonObject): DocumentBody {
    return new DocumentBody(undefined, value);
  }

  get text(): string {
    this.#text ??= JSON.stringify(this.#value);
    return this.#text;
  }

  get value(): JsonObject {
    this.#value ??= JSON.parse(this.#text as string) as JsonObject;
    return this.#value;
  }
}
