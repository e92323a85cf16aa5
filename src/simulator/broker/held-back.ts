import type { Hold } from "./faults-in-force.ts";
import type { StoredMessage } from "./message.ts";

/** By a fault: the one message of a queue that waits for another to overtake it. It is delayed until it has waited long enough. */
export class HeldBack {
  #held: { readonly message: StoredMessage; readonly hold: Hold } | undefined;

  /** Whether one waits. */
  get any(): boolean {
    return this.#waiting !== undefined;
  }

  put(message: StoredMessage, hold: Hold): void {
    this.#held = { message, hold };
    hold.held();
  }

  /**
   * The message that is overtaken by one that can be received from `visibleAt` on. One that comes too late overtakes nothing,
   * nor does one that comes before the other's own delay is over: it would have been first anyway.
   */
  overtakenBy(visibleAt: number): StoredMessage | undefined {
    const { message, hold } = this.#waiting ?? {};
    const until = message?.visibleAt;
    if (hold === undefined || until === undefined) return undefined;
    if (visibleAt > until || visibleAt < until - hold.most) return undefined;
    this.#held = undefined;
    hold.overtaken();
    return message;
  }

  /** It may have come by itself, have expired, or have been purged. */
  get #waiting() {
    return this.#held?.message.state === "delayed" ? this.#held : undefined;
  }
}
