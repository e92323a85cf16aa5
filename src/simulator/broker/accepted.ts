import type { Origin } from "./origin.ts";

/** What became of a message that was sent. */
export interface Accepted {
  readonly id: string;
  readonly origin: Origin;
  readonly sequence: number;
  /** Whether it is a message that was sent before, so that nothing was added. */
  readonly duplicate: boolean;
  /** Whether a fault lost it: it is nowhere. */
  readonly lost: boolean;
}
