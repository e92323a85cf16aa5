import type { StoredMessage } from "./message.ts";

/** By a fault: the one message of a queue that waits for another to overtake it. It is delayed until it has waited long enough. */
export class HeldBack {
  #message: StoredMessage | undefined;
  #most = 0;

  /** Whether one waits. */
  get any(): boolean {
    return this.#waiting !== undefined;
  }

  /** `most`: how long it waits at most beyond its own delay, virtual milliseconds. */
  put(message: StoredMessage, most: number): void {
    this.#message = message;
    this.#most = most;
  }

  /**
   * The message that is overtaken by one that can be received from `visibleAt` on, and when it may come itself: not before
   * its own delay is over. One that comes too late overtakes nothing.
   */
  overtakenBy(visibleAt: number): { readonly message: StoredMessage; readonly at: number } | undefined {
    const message = this.#waiting;
    const until = message?.visibleAt;
    if (message === undefined || until === undefined || visibleAt > until) return undefined;
    this.#message = undefined;
    return { message, at: Math.max(until - this.#most, visibleAt) };
  }

  /** It may have come by itself, have expired, or have been purged. */
  get #waiting(): StoredMessage | undefined {
    return this.#message?.state === "delayed" ? this.#message : undefined;
  }
}
