import { Origin } from "./origin.ts";

const kept = 100_000;
const livesKept = 10_000;

/**
 * The latest sends and publishes. Messages point at theirs, so that nothing is looked up for them, which in a big Map takes
 * longer than all else that is done for a message; who asks by an id asks for one of the latest, and those are looked at first.
 */
export class Origins {
  /** A ring: number n is at n modulo its length. */
  readonly #latest: Origin[] = [];
  #count = 0;

  begin(id: string): Origin {
    const origin = new Origin(id);
    const number = this.#count++;
    this.#latest[number % kept] = origin;
    if (number >= livesKept) this.#at(number - livesKept)?.forget();
    return origin;
  }

  find(id: string): Origin | undefined {
    for (let number = this.#count - 1; number >= 0 && number >= this.#count - kept; number--) {
      const origin = this.#at(number);
      if (origin?.id === id) return origin;
    }
    return undefined;
  }

  #at(number: number): Origin | undefined {
    return this.#latest[number % kept];
  }
}
