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
  /** To be called by who got it, and not by who did not: what did nothing is no hit. */
  arrived(): void;
}

/** What a message waits for that another one is to overtake. */
export interface Hold {
  /** Virtual milliseconds, more than 0, after it would have come. */
  readonly most: number;
  /** To be called by a queue that does hold it: one holds one message at a time. */
  held(): void;
  /** To be called when another one overtakes it. */
  overtaken(): void;
}

/** A message is to be visible again while its consumer still works on it. */
export interface EarlyReturn {
  /** Virtual milliseconds after it was handed out. */
  readonly after: number;
  /** To be called just before it is. */
  due(): void;
}

/** What a queue asks while faults are in force on it. Where there are none it has none to ask, which costs one look. */
export interface QueueFaultsInForce {
  arriving(message: Passing): Fate;
  /** A message was handed out: a copy of it that is still to be, and when it is visible again too early. */
  taken(message: StoredMessage): {
    readonly again: StoredMessage | undefined;
    readonly early: EarlyReturn | undefined;
  };
  /** Whether a message cannot be acknowledged now. */
  refusesAcknowledgement(message: StoredMessage): boolean;
}

/** What a topic asks. */
export interface TopicFaultsInForce {
  /** `again`: of the same publication, delivered once more. */
  publishing(message: Passing): Fate & { readonly again: Fate | undefined };
}
