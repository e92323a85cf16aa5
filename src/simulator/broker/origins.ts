import { Origin } from "./origin.ts";

const kept = 100_000;
const livesKept = 10_000;

/**
 * The latest sends and publishes. Messages point at theirs, so that nothing is looked up for them, which in a big Map takes
 * longer than all else that is done for a message. Only for who asks by an id there is an index, from the first time on.
 */
export class Origins {
  /** A ring: number n is at n modulo its length. */
  readonly #latest: Origin[] = [];
  #index: Map<string, Origin> | undefined;
  #count = 0;

  begin(id: string): Origin {
    const origin = new Origin(id);
    const number = this.#count++;
    const oldest = this.#at(number);
    if (this.#index !== undefined) {
      if (oldest !== undefined) this.#index.delete(oldest.id);
      this.#index.set(id, origin);
    }
    this.#latest[number % kept] = origin;
    if (number >= livesKept) this.#at(number - livesKept)?.forget();
    return origin;
  }

  find(id: string): Origin | undefined {
    this.#index ??= new Map(this.#latest.map((origin) => [origin.id, origin]));
    return this.#index.get(id);
  }

  #at(number: number): Origin | undefined {
    return this.#latest[number % kept];
  }
}
