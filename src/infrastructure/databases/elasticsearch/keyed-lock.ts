/** Lets work on one key run one after another in this process, so that our own writers do not conflict needlessly. */
export class KeyedLock {
  readonly #last = new Map<string, Promise<void>>();

  /** All keys are taken at once, so nobody waits for each other in a circle. */
  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = keys.flatMap((key) => this.#last.get(key) ?? []);
    for (const key of keys) this.#last.set(key, promise);
    try {
      if (before.length > 0) await Promise.all(before);
      return await work();
    } finally {
      resolve();
      for (const key of keys) if (this.#last.get(key) === promise) this.#last.delete(key);
    }
  }
}
