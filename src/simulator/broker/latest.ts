/**
 * A map of the latest keys that were set: at least `count` of them, at most twice as many. The older half is dropped at once,
 * which costs nothing; taking single keys out of a big Map costs more than all else that is done for a message.
 */
export class Latest<K, V> {
  readonly #count: number;
  #newer = new Map<K, V>();
  #older = new Map<K, V>();

  constructor(count: number) {
    this.#count = count;
  }

  get(key: K): V | undefined {
    return this.#newer.get(key) ?? this.#older.get(key);
  }

  /** Sets a new key, or another value of one. */
  set(key: K, value: V): void {
    if (this.#newer.size >= this.#count) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(key, value);
  }
}
