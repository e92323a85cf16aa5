import { FifoList } from "../fifo-list.ts";
import type { StoredMessage } from "../message.ts";
import type { ReadyMessages } from "./ready-messages.ts";

/** First in, first out: what a standard queue does most of the time, and a test can follow. */
export class StrictOrder implements ReadyMessages {
  readonly #list = new FifoList<StoredMessage>();

  add(message: StoredMessage): void {
    this.#list.push(message);
  }

  take(max: number, admit: (message: StoredMessage) => boolean): StoredMessage[] {
    const taken: StoredMessage[] = [];
    while (taken.length < max) {
      const message = this.#list.shift();
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
  }
}
