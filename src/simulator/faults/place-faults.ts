import { formatDuration } from "../../time/index.ts";
import type {
  EarlyReturn,
  Fate,
  Hold,
  Passing,
  QueueFaultsInForce,
  TopicFaultsInForce,
} from "../broker/faults-in-force.ts";
import { copyOf, isCopy, type StoredMessage } from "../broker/message.ts";
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
  /** Whom it has selected, where it may hit each only once. */
  readonly met: WeakSet<Passing>;
}

/** A fault that is to hit the message that passes by. */
interface Selected extends PlacedFault {
  readonly number: number;
}

/** The faults in force on one queue or topic. */
export class PlaceFaults implements QueueFaultsInForce, TopicFaultsInForce {
  readonly #queue: string | undefined;
  readonly #kinds = new Map<MessageFaultKind, PlacedFault[]>();
  /** Messages that are visible again too early: what is to be called when one is received. */
  readonly #early = new WeakMap<Passing, () => void>();
  /** What is to be called when a copy is received. One that leaves the queue without is forgotten with it. */
  readonly #copies = new WeakMap<StoredMessage, () => void>();

  /** The queue's name; left out for a topic. */
  constructor(queue?: string) {
    this.#queue = queue;
  }

  get empty(): boolean {
    return this.#kinds.size === 0;
  }

  add(kind: MessageFaultKind, fault: ActiveFault<FaultMessage>, length: number): void {
    this.#kinds.set(kind, [...(this.#kinds.get(kind) ?? []), { fault, length, met: new WeakSet() }]);
  }

  remove(fault: ActiveFault<FaultMessage>): void {
    for (const [kind, placed] of this.#kinds) {
      const left = placed.filter((each) => each.fault !== fault);
      if (left.length === 0) this.#kinds.delete(kind);
      else this.#kinds.set(kind, left);
    }
  }

  arriving(message: Passing): Fate {
    const lost = this.#strike("drop", message, "accepted, and lost");
    // what never arrives is not counted by the others
    if (lost) return { lost, delay: 0, hold: undefined, arrived: () => undefined };
    const delays = this.#select("delay", message);
    const delay = delays.reduce((sum, { length }) => sum + length, 0);
    const late = ({ length }: Selected) => `arrives ${formatDuration(length)} late`;
    return { lost, delay, hold: this.#holding(message), arrived: this.#arriving(delays, message, late) };
  }

  publishing(message: Passing): Fate & { readonly again: Fate | undefined } {
    const fate = this.arriving(message);
    const twice = fate.lost ? [] : this.#select("duplicate", message);
    const arrived = this.#arriving(twice, message, () => "delivered twice");
    return { ...fate, again: twice.length === 0 ? undefined : { ...fate, arrived } };
  }

  taken(message: StoredMessage): {
    readonly again: StoredMessage | undefined;
    readonly early: EarlyReturn | undefined;
  } {
    this.#early.get(message)?.();
    this.#early.delete(message);
    this.#copies.get(message)?.();
    this.#copies.delete(message);
    // a dead letter was received before, by others
    const first = message.receives - message.receivesBefore === 1 && !isCopy(message);
    return { again: first ? this.#again(message) : undefined, early: this.#earlyReturn(message) };
  }

  refusesAcknowledgement(message: StoredMessage): boolean {
    return this.#strike("rejectAcknowledgement", message, "its acknowledgement was refused");
  }

  /** Those that are selected have hit when the message has come somewhere: of a topic's, the first that gets it tells. */
  #arriving(selected: readonly Selected[], message: Passing, text: (selected: Selected) => string): () => void {
    return this.#once(selected, message, "came to nobody", text);
  }

  /** A message that is selected is hit where another overtakes it: of a topic's the first queue where one does tells. */
  #holding(message: Passing): Hold | undefined {
    const selected = this.#select("reorder", message);
    if (selected.length === 0) return undefined;
    const most = Math.max(...selected.map(({ length }) => length));
    const notHeld = "was not held back: another one was, or no queue got it";
    const overtaken = this.#once(selected, message, notHeld, () => "held back, and overtaken by the next one");
    let hit = false;
    return {
      most,
      held: () => {
        if (hit) return;
        for (const { fault, number } of selected) fault.idle(number, "was held back, and nothing overtook it");
      },
      overtaken: () => {
        hit = true;
        overtaken();
      },
    };
  }

  /** A copy that is to be handed out, if one is. The message is hit when it is: until then it was delivered once. */
  #again(message: StoredMessage): StoredMessage | undefined {
    const selected = this.#select("duplicate", message);
    if (selected.length === 0) return undefined;
    const received = this.#once(selected, message, "was not received a second time", () => "delivered twice");
    const copy = copyOf(message);
    this.#copies.set(copy, received);
    return copy;
  }

  /** It is hit when it is received again: one that is acknowledged before that was delivered once. */
  #earlyReturn(message: StoredMessage): EarlyReturn | undefined {
    // one whose consumers are quicker than anything else would go round for ever
    const selected = this.#select("redeliverEarly", message, { once: true });
    if (selected.length === 0) return undefined;
    const after = Math.min(...selected.map(({ length }) => length));
    // from then on it could be received again without the fault
    const timeout = message.visibleAt ?? 0;
    const received = this.#once(
      selected,
      message,
      "was not received again before it was acknowledged, or before its visibility timeout was over",
      () => `received again ${after === 0 ? "at once" : `after ${formatDuration(after)}`}, while it was worked on`,
    );
    const again = () => {
      if ((message.receivedAt ?? 0) < timeout) received();
    };
    return { after, due: () => this.#early.set(message, again) };
  }

  /** What lets those that are selected hit, one time. Until then they have come to nothing, and say why. */
  #once(selected: readonly Selected[], message: Passing, idle: string, text: (each: Selected) => string): () => void {
    for (const { fault, number } of selected) fault.idle(number, idle);
    let done = false;
    return () => {
      if (done) return;
      done = true;
      for (const each of selected) this.#hit(each, message, text(each));
    };
  }

  /** Whether some of a kind hit this message, which they have done then. */
  #strike(kind: MessageFaultKind, message: Passing, text: string): boolean {
    const selected = this.#select(kind, message);
    for (const each of selected) this.#hit(each, message, text);
    return selected.length > 0;
  }

  #select(kind: MessageFaultKind, message: Passing, { once = false } = {}): readonly Selected[] {
    return (this.#kinds.get(kind) ?? []).flatMap((placed) => {
      if (once && placed.met.has(message)) return [];
      const number = placed.fault.select(() => seen(message), [message.traceId]);
      if (number === undefined) return [];
      placed.met.add(message);
      return [{ ...placed, number }];
    });
  }

  #hit({ fault, number }: Selected, message: Passing, text: string): void {
    const { id: messageId, origin, traceId } = message;
    const queue = this.#queue;
    fault.hit(number, text, { ...(queue !== undefined && { queue }), messageId, origin, traceIds: [traceId] });
  }
}

function seen({ id, body, attributes, receives }: Passing): FaultMessage {
  const texts = Object.entries(attributes).flatMap(([name, { stringValue }]) =>
    stringValue === undefined ? [] : [[name, stringValue] as const],
  );
  return { id, body, attributes: Object.fromEntries(texts), receives };
}
