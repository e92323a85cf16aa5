import type { StoredMessage } from "../message.ts";

/** A queue's messages that may be received, in the order of its kind. No operation takes longer the more there are. */
export interface ReadyMessages {
  /** Takes in a message that became visible: a new one, or one that comes back. */
  add(message: StoredMessage): void;
  /**
   * Hands messages out, in order, until `admit` has taken `max` of them. What it does not take must have left the queue;
   * what it takes counts as in flight until it is settled.
   * A message that left otherwise (`state` is no longer "ready") is passed over, so that nobody needs to search for it.
   */
  take(max: number, admit: (message: StoredMessage) => boolean): StoredMessage[];
  /** A message that was taken is no longer in flight: it has come back, or left for good. */
  settled(message: StoredMessage): void;
  clear(): void;
}
