import type { StoredMessage } from "./message.ts";

/** A message on its way, as far as a fault needs to know it. */
export type Passing = Pick<StoredMessage, "id" | "origin" | "traceId" | "body" | "attributes" | "receives">;

/** What becomes of a message that comes in. */
export interface Fate {
  /** It is answered as if it were taken in, and is nowhere. */
  readonly lost: boolean;
  /** Virtual milliseconds that it comes too late. */
  readonly delay: number;
  /** It waits until the next one is there, at most for so many virtual milliseconds. */
  readonly heldFor: number | undefined;
}

/** What a queue asks while faults are in force on it. Where there are none it has none to ask, which costs one look. */
export interface QueueFaultsInForce {
  arriving(message: Passing): Fate;
  /** A message was handed out: whether a copy of it is still to be, and after how long it is visible again too early. */
  taken(message: StoredMessage): { readonly again: boolean; readonly early: number | undefined };
  /** Whether a message cannot be acknowledged now. */
  refusesAcknowledgement(message: StoredMessage): boolean;
}

/** What a topic asks. */
export interface TopicFaultsInForce {
  publishing(message: Passing): Fate & { readonly twice: boolean };
}
