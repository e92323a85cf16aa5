import type { StoredMessage } from "./message.ts";
import { Recent } from "./recent.ts";

const kept = 1_000;

/** The traces of the messages that left a queue lately, by their places: late acknowledgements are about them. */
export class GoneTraces {
  readonly #traces = new Recent<number, string>();
  #count = 0;

  remember({ place, traceId }: StoredMessage): void {
    if (traceId === "") return;
    this.#traces.set(place, traceId);
    if (this.#count === kept) this.#traces.dropOldest();
    else this.#count++;
  }

  find(place: number): string | undefined {
    return this.#traces.get(place);
  }
}
