/** Lets much go on at a time, or one thing alone. */
export class Turns {
  readonly #running = new Set<Promise<unknown>>();
  #alone: Promise<void> | undefined;

  /** With others like it. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    while (this.#alone !== undefined) await this.#alone;
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** When all that has begun is over, and before anything else begins. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#alone !== undefined) await this.#alone;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#alone = promise;
    try {
      await Promise.allSettled(this.#running);
      return await work();
    } finally {
      this.#alone = undefined;
      resolve();
    }
  }
}
