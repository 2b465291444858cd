/** Longest stretch of computation before others of the process get their turn, milliseconds. */
const stretch = 15;

/** Gives way to the event loop now and then, so that one pipeline does not hold up other requests. */
export class Pace {
  #since = performance.now();

  /** Call it between pieces of work of well under a millisecond or so; waits only when the stretch is used up. */
  async rest(): Promise<void> {
    if (performance.now() - this.#since < stretch) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#since = performance.now();
  }
}
