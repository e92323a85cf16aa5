const chunkSize = 1_024;

/** A list that only grows at its end and is cut at its beginning, both in constant time. */
export class ChunkedList<T> {
  readonly #chunks: T[][] = [];
  /** How many of the first chunk are cut off. */
  #cut = 0;
  /** How many were ever cut off. */
  #shifted = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    let last = this.#chunks.at(-1);
    if (last === undefined || last.length === chunkSize) this.#chunks.push((last = []));
    last.push(item);
    this.#length++;
  }

  /** Removes and returns the first item. */
  shift(): T | undefined {
    const first = this.#chunks[0];
    if (first === undefined) return undefined;
    const item = first[this.#cut] as T;
    // free the item now, not when its whole chunk goes
    first[this.#cut] = undefined as T;
    this.#cut++;
    this.#shifted++;
    this.#length--;
    if (this.#cut === first.length) {
      this.#chunks.shift();
      this.#cut = 0;
    }
    return item;
  }

  at(index: number): T | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const position = index + this.#cut;
    return this.#chunks[Math.floor(position / chunkSize)]?.[position % chunkSize];
  }

  /** The first index for which `reached` is true, given that it stays true afterwards; `length` when there is none. */
  firstIndex(reached: (item: T) => boolean): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (reached(this.at(middle) as T)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Items from an index on, including what is pushed meanwhile, without what is cut off meanwhile. */
  *from(index: number): Generator<T> {
    for (let place = Math.max(0, index) + this.#shifted; place < this.#shifted + this.#length; place++) {
      place = Math.max(place, this.#shifted);
      yield this.at(place - this.#shifted) as T;
    }
  }
}
