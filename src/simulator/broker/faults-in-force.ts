import type { StoredMessage } from "./message.ts";

/** A message on its way, as far as a fault needs to know it. */
export type Passing = Pick<StoredMessage, "id" | "origin" | "traceId" | "body" | "attributes" | "receives">;

/** What becomes of a message that comes in. */
export interface Fate {
  /** It is answered as if it were taken in, and is nowhere. */
  readonly lost: boolean;
  /** Virtual milliseconds that it comes too late. */
  readonly delay: number;
  /** It is to wait until the next one is there. */
  readonly hold: Hold | undefined;
}

/** What a message waits for that another one is to overtake. */
export interface Hold {
  /** Virtual milliseconds, more than 0, after it would have come. */
  readonly most: number;
  /** To be called by a queue that does hold it: one holds one message at a time. */
  held(): void;
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
