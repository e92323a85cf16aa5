import type { StoredMessage } from "./message.ts";

/** How long a receive can be tried again, ms. Source: ReceiveMessage, ReceiveRequestAttemptId. */
const interval = 5 * 60_000;

interface Attempt {
  readonly at: number;
  readonly received: readonly {
    readonly message: StoredMessage;
    readonly handOut: number;
    readonly visibleAt: number | undefined;
  }[];
}

/** What receives with a ReceiveRequestAttemptId got, so that one whose answer was lost can be tried again. */
export class ReceiveAttempts {
  // in the order of time, so that what is too old is always in front
  readonly #attempts = new Map<string, Attempt>();

  /** The messages of an earlier receive; none if one of them was deleted, received again or given another timeout since. */
  find(id: string, now: number): StoredMessage[] {
    for (const [old, { at }] of this.#attempts) {
      if (now - at < interval) break;
      this.#attempts.delete(old);
    }
    const received = this.#attempts.get(id)?.received ?? [];
    const untouched = received.every(
      ({ message, handOut, visibleAt }) =>
        message.state === "in flight" && message.handOut === handOut && message.visibleAt === visibleAt,
    );
    return untouched ? received.map(({ message }) => message) : [];
  }

  remember(id: string, messages: readonly StoredMessage[], now: number): void {
    const received = messages.map((message) => ({ message, handOut: message.handOut, visibleAt: message.visibleAt }));
    this.#attempts.delete(id);
    this.#attempts.set(id, { at: now, received });
  }
}
