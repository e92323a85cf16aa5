import { FifoList } from "./fifo-list.ts";

/** A map of the latest keys that were set: the oldest makes room. In constant time, which a Map emptied at its front is not. */
export class Recent<K, V> {
  readonly #most: number;
  readonly #values = new Map<K, V>();
  readonly #order = new FifoList<K>();

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  get(key: K): V | undefined {
    return this.#values.get(key);
  }

  /** A key that is there already keeps its place. */
  set(key: K, value: V): void {
    if (!this.#values.has(key)) this.#order.push(key);
    this.#values.set(key, value);
    if (this.#order.length > this.#most) this.dropOldest();
  }

  oldest(): V | undefined {
    const key = this.#order.peek();
    return key === undefined ? undefined : this.#values.get(key);
  }

  dropOldest(): void {
    const key = this.#order.shift();
    if (key !== undefined) this.#values.delete(key);
  }
}
