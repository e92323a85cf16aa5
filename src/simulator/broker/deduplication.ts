/** How long a FIFO queue remembers what was sent, ms. Source: SendMessage, MessageDeduplicationId. */
const interval = 5 * 60_000;

interface Remembered<T> {
  readonly at: number;
  readonly value: T;
}

/** What was accepted in the last five virtual minutes, by deduplication id. */
export class Deduplication<T> {
  // in the order of time, so that what is too old is always in front
  readonly #remembered = new Map<string, Remembered<T>>();

  find(key: string, now: number): T | undefined {
    for (const [old, { at }] of this.#remembered) {
      if (now - at < interval) break;
      this.#remembered.delete(old);
    }
    return this.#remembered.get(key)?.value;
  }

  remember(key: string, value: T, now: number): void {
    this.#remembered.set(key, { at: now, value });
  }
}
