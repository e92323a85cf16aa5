import type { Duration } from "../../time/index.ts";

/** What `send` takes on a FIFO topic or queue: the group that is kept in order is needed. */
export interface FifoSendOptions {
  /** The message group. */
  readonly key: string;
  /**
   * Within five minutes another message with the same one is the same message: it is not delivered, and `send` returns the
   * first one's id, with `duplicate: true`. It may be left out where the topic or queue has ContentBasedDeduplication.
   */
  readonly deduplicationId?: string;
}

/** What `send` takes on a standard queue. */
export interface QueueSendOptions {
  /** How long the message stays hidden at first. Whole seconds, at most 15 minutes. */
  readonly delay?: Duration;
}

/** The names of what `send` takes beside what it takes on every channel. */
export const fifoSendOptions: readonly Exclude<keyof FifoSendOptions, "key">[] = ["deduplicationId"];
export const queueSendOptions: readonly (keyof QueueSendOptions)[] = ["delay"];
