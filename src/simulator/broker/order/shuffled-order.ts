import { FifoList } from "../fifo-list.ts";
import type { StoredMessage } from "../message.ts";
import { randomOf } from "../random.ts";
import type { ReadyMessages } from "./ready-messages.ts";

/** How far ahead a message can be received: AWS's "best-effort ordering" mixes neighbours, not the whole queue. */
const ahead = 10;

/** Nearly in order: each message is drawn from the next few by a random number that the seed decides. */
export class ShuffledOrder implements ReadyMessages {
  readonly #list = new FifoList<StoredMessage>();
  readonly #next: StoredMessage[] = [];
  readonly #random: () => number;

  constructor(seed: string) {
    this.#random = randomOf(seed);
  }

  add(message: StoredMessage): void {
    this.#list.push(message);
  }

  take(max: number, admit: (message: StoredMessage) => boolean): StoredMessage[] {
    const taken: StoredMessage[] = [];
    while (taken.length < max) {
      const message = this.#draw();
      if (message === undefined) break;
      if (message.state === "ready" && admit(message)) taken.push(message);
    }
    return taken;
  }

  settled(): void {
    // nothing waits for anything
  }

  clear(): void {
    this.#list.clear();
    this.#next.length = 0;
  }

  #draw(): StoredMessage | undefined {
    while (this.#next.length < ahead && this.#list.length > 0) {
      const message = this.#list.shift();
      if (message?.state === "ready") this.#next.push(message);
    }
    const index = Math.floor(this.#random() * this.#next.length);
    return this.#next.splice(index, 1)[0];
  }
}
