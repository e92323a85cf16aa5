import type { VirtualClock } from "../virtual-clock.ts";
import { Heap } from "./heap.ts";
import type { StoredMessage } from "./message.ts";

/** Expires messages that have become too old, in any state. However many there are, one deadline is armed: the oldest one's. */
export class Retention {
  readonly #time: VirtualClock;
  readonly #period: () => number;
  readonly #expire: (message: StoredMessage) => void;
  /** Dead letters keep the time of their first sending, so they do not come in the order of their age. */
  readonly #oldest = new Heap<StoredMessage>((a, b) => a.sentAt < b.sentAt);
  #gone = 0;
  #armed: { readonly at: number; readonly deadline: Disposable } | undefined;

  constructor(time: VirtualClock, period: () => number, expire: (message: StoredMessage) => void) {
    this.#time = time;
    this.#period = period;
    this.#expire = expire;
  }

  add(message: StoredMessage): void {
    this.#oldest.push(message);
    this.rearm();
  }

  /** A message left the queue: it stays in the heap until there are more of these than of others. */
  left(): void {
    this.#gone++;
    if (this.#gone === this.#oldest.length) this.#oldest.clear();
    else if (this.#gone > 1_024 && this.#gone * 2 > this.#oldest.length)
      this.#oldest.keep(({ state }) => state !== "gone");
    else return;
    this.#gone = 0;
  }

  /**
   * Looks at the oldest message again, after it or the period became another. What is armed already is left to fire too
   * early rather than taken back: a queue that is filled and emptied again and again would fill the clock otherwise.
   */
  rearm(): void {
    const first = this.#oldest.peek();
    if (first === undefined) return;
    const at = first.sentAt + this.#period();
    if (this.#armed !== undefined && this.#armed.at <= at) return;
    this.#armed?.deadline[Symbol.dispose]();
    this.#armed = { at, deadline: this.#time.at(at, this.#passed) };
  }

  readonly #passed = (): void => {
    this.#armed = undefined;
    const before = this.#time.now() - this.#period();
    for (let first = this.#oldest.peek(); first !== undefined && first.sentAt <= before; first = this.#oldest.peek()) {
      if (first.state === "gone") {
        this.#oldest.pop();
        this.#gone--;
      } else this.#expire(first);
    }
    this.rearm();
  };
}
