import { formatDuration } from "../../time/index.ts";
import type { Fate, Hold, Passing, QueueFaultsInForce, TopicFaultsInForce } from "../broker/faults-in-force.ts";
import { isCopy, type StoredMessage } from "../broker/message.ts";
import type { ActiveFault } from "./fault.ts";

/** A message as a fault's predicate sees it. */
export interface FaultMessage {
  readonly id: string;
  readonly body: string;
  /** Those that are text. A subscription that is not raw delivers them within the body. */
  readonly attributes: Readonly<Record<string, string>>;
  /**
   * How often it was received so far: 0 as it arrives, 1 at its first delivery and the acknowledgement of that. As AWS
   * counts: a dead letter brings the receives of the queues along that gave it up.
   */
  readonly receives: number;
}

/** What can happen to a message. */
export type MessageFaultKind = "duplicate" | "delay" | "reorder" | "drop" | "rejectAcknowledgement" | "redeliverEarly";

interface PlacedFault {
  readonly fault: ActiveFault<FaultMessage>;
  /** Virtual milliseconds: how late, how long held, how early. */
  readonly length: number;
  /** Whom it has hit, where it may hit each only once. */
  readonly struck: WeakSet<Passing>;
}

/** The faults in force on one queue or topic. */
export class PlaceFaults implements QueueFaultsInForce, TopicFaultsInForce {
  readonly #queue: string | undefined;
  readonly #kinds = new Map<MessageFaultKind, PlacedFault[]>();

  /** The queue's name; left out for a topic. */
  constructor(queue?: string) {
    this.#queue = queue;
  }

  get empty(): boolean {
    return this.#kinds.size === 0;
  }

  add(kind: MessageFaultKind, fault: ActiveFault<FaultMessage>, length: number): void {
    this.#kinds.set(kind, [...(this.#kinds.get(kind) ?? []), { fault, length, struck: new WeakSet() }]);
  }

  remove(fault: ActiveFault<FaultMessage>): void {
    for (const [kind, placed] of this.#kinds) {
      const left = placed.filter((each) => each.fault !== fault);
      if (left.length === 0) this.#kinds.delete(kind);
      else this.#kinds.set(kind, left);
    }
  }

  arriving(message: Passing): Fate {
    const lost = this.#strike("drop", message, () => "accepted, and lost").length > 0;
    // what never arrives is not counted by the others
    if (lost) return { lost, delay: 0, hold: undefined };
    const delays = this.#strike("delay", message, (by) => `arrives ${formatDuration(by)} late`);
    return { lost, delay: delays.reduce((sum, { length }) => sum + length, 0), hold: this.#holding(message) };
  }

  publishing(message: Passing): Fate & { readonly twice: boolean } {
    const fate = this.arriving(message);
    const twice = !fate.lost && this.#strike("duplicate", message, () => "delivered twice").length > 0;
    return { ...fate, twice };
  }

  taken(message: StoredMessage): { readonly again: boolean; readonly early: number | undefined } {
    // a dead letter was received before, by others
    const first = message.receives - message.receivesBefore === 1 && !isCopy(message);
    const again = first && this.#strike("duplicate", message, () => "delivered twice").length > 0;
    const [early] = this.#strike(
      "redeliverEarly",
      message,
      (after) => `visible again ${after === 0 ? "at once" : `after ${formatDuration(after)}`}, while it is worked on`,
      // one whose consumers are quicker than anything else would go round for ever
      { once: true },
    );
    return { again, early: early?.length };
  }

  refusesAcknowledgement(message: StoredMessage): boolean {
    return this.#strike("rejectAcknowledgement", message, () => "its acknowledgement was refused").length > 0;
  }

  /** A message that is selected is hit where a queue really holds it: of a topic's the first that does tells. */
  #holding(message: Passing): Hold | undefined {
    const selected = this.#select("reorder", message);
    if (selected.length === 0) return undefined;
    const most = Math.max(...selected.map(({ length }) => length));
    let told = false;
    return {
      most,
      held: () => {
        if (told) return;
        told = true;
        const text = `held back until the next one has arrived, ${formatDuration(most)} at most`;
        for (const placed of selected) this.#hit(placed, message, text);
      },
    };
  }

  /** Those of a kind that hit this message, which they have done then. */
  #strike(
    kind: MessageFaultKind,
    message: Passing,
    text: (length: number) => string,
    options: { readonly once?: boolean } = {},
  ): readonly PlacedFault[] {
    const selected = this.#select(kind, message, options);
    for (const placed of selected) this.#hit(placed, message, text(placed.length));
    return selected;
  }

  #select(kind: MessageFaultKind, message: Passing, { once = false } = {}): readonly PlacedFault[] {
    const placed = this.#kinds.get(kind) ?? [];
    return placed.filter(({ fault, struck }) => !(once && struck.has(message)) && fault.selects(() => seen(message)));
  }

  #hit({ fault, struck }: PlacedFault, message: Passing, text: string): void {
    const { id: messageId, origin, traceId } = message;
    struck.add(message);
    const queue = this.#queue;
    fault.hit(text, { ...(queue !== undefined && { queue }), messageId, origin, traceIds: [traceId] });
  }
}

function seen({ id, body, attributes, receives }: Passing): FaultMessage {
  const texts = Object.entries(attributes).flatMap(([name, { stringValue }]) =>
    stringValue === undefined ? [] : [[name, stringValue] as const],
  );
  return { id, body, attributes: Object.fromEntries(texts), receives };
}
