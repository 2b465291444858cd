/**
 * Keeps the values of a label few: the first `limit` stay themselves, later ones become `other`. Without it, whoever
 * invents collection names would fill the memory of the service and of Prometheus.
 */
export class BoundedLabel {
  readonly #limit: number;
  readonly #known = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#limit) return 'other';
    this.#known.add(value);
    return value;
  }
}
