import { FifoList } from "./fifo-list.ts";

/** A map that can be emptied from its oldest key on, in constant time, which a Map alone is not. */
export class Recent<K, V> {
  readonly #values = new Map<K, V>();
  readonly #order = new FifoList<K>();

  get(key: K): V | undefined {
    return this.#values.get(key);
  }

  /** A key that is there already keeps its place. */
  set(key: K, value: V): void {
    if (!this.#values.has(key)) this.#order.push(key);
    this.#values.set(key, value);
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
