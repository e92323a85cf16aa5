import type { Attributes } from "../contracts/index.ts";
import type { ReceivedEntry, Stamped } from "../journal/index.ts";
import type { ReceivedEvent } from "./types.ts";

/** What an event asks its scope, because it changes after the event came. */
export interface EventState {
  isClaimed(sequence: number): boolean;
  deliveriesOf(entry: Stamped<ReceivedEntry>): number;
}

/** An entry of the journal as one scope sees it. */
export class ScopedEvent implements ReceivedEvent<unknown> {
  /** @internal */
  declare readonly entry: Stamped<ReceivedEntry>;
  declare readonly deliveries: number;
  declare readonly claimed: boolean;
  declare readonly raw: unknown;
  readonly id: string;
  readonly channel: string;
  readonly payload: unknown;
  readonly attributes: Attributes;
  declare readonly key?: string;
  readonly sequence: number;
  declare readonly sentAt?: Date;
  declare readonly virtualSentAt?: Date;
  readonly receivedAt: Date;
  declare readonly latency?: number;

  constructor(entry: Stamped<ReceivedEntry>, state: EventState) {
    this.id = entry.id;
    this.channel = entry.channel;
    this.payload = entry.payload;
    this.attributes = entry.attributes;
    if (entry.key !== undefined) this.key = entry.key;
    this.sequence = entry.sequence;
    if (entry.sentAt !== undefined) this.sentAt = entry.sentAt;
    if (entry.virtualSentAt !== undefined) this.virtualSentAt = entry.virtualSentAt;
    this.receivedAt = new Date(entry.wall - (entry.at - entry.arrivedAt));
    if (entry.latency !== undefined) this.latency = entry.latency;
    // properties of its own, and not of its class: test runners print copies, which have no class's private state
    Object.defineProperties(this, {
      deliveries: { enumerable: true, get: () => state.deliveriesOf(entry) },
      claimed: { enumerable: true, get: () => state.isClaimed(entry.sequence) },
      raw: { get: () => entry.raw },
      entry: { value: entry },
    });
  }
}
