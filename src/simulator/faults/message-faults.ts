import { wakefulError } from "../../errors.ts";
import { duration } from "../../kinds.ts";
import type { Kinds } from "../../options.ts";
import { type Duration, formatDuration, milliseconds } from "../../time/index.ts";
import type { Queue } from "../broker/queue.ts";
import type { Topic } from "../broker/topic.ts";
import { atCaller, type PublicFunction } from "./at-caller.ts";
import { ActiveFault, type Fault } from "./fault.ts";
import { lengthOf } from "./length-of.ts";
import { type FaultMessage, type MessageFaultKind, PlaceFaults } from "./place-faults.ts";
import type { FaultRegistry } from "./registry.ts";
import { checkSelection, type Given, onlySelection, type FaultSelection } from "./selection.ts";

const heldByDefault = 1_000;

/** Which messages a fault hits. */
export type MessageSelection = FaultSelection<FaultMessage>;

/** Faults on the messages of a topic. Each method throws `INVALID_OPTION` for a selection that is none. */
export interface TopicFaults {
  /**
   * Delivers twice. On a queue: the same message, with the same id, is handed out once more, as standard queues may. On a
   * topic: the publication goes to each subscription twice, as messages of their own that bear the same SNS message id.
   * Counts a message's first delivery by this queue, and hits what is received once more; of a topic it counts publications, and
   * hits those that a subscription gets. Throws `FAULT_NOT_POSSIBLE` on FIFO queues and topics, which promise that it does not
   * happen; there `redeliverEarly` brings a message twice.
   *
   * @example
   * using twice = simulator.faults.on("orders").duplicate({ nth: 2 });
   */
  duplicate(selection?: MessageSelection): Fault;
  /**
   * Lets messages arrive later, by that much virtual time, more than 0: `advance` moves it. Counts what arrives, be it sent,
   * published, given up by another queue (a dead letter) or moved here; of a topic it hits what a subscription gets. Throws
   * `FAULT_NOT_POSSIBLE` on FIFO queues and topics: the rest of the group would overtake it.
   *
   * @example
   * using late = simulator.faults.on("orders").delay("10s", { where: ({ body }) => body.includes("late") });
   */
  delay(by: Duration, selection?: MessageSelection): Fault;
  /**
   * Lets a message be overtaken by the next one that can be received; where none comes within `heldFor` (virtual, default
   * 1 s, on top of a delay of its own) it comes by itself then. Never before its own delay is over. Counts what arrives,
   * as `delay` does, and hits what is overtaken: while one waits, others are counted and pass by, so that `nth: [1, 2]` cannot
   * hit both. Of a topic: on each of its queues, and one of them is enough for a hit; HTTP endpoints get it in order. Throws `FAULT_NOT_POSSIBLE` on FIFO queues and topics.
   */
  reorder(selection?: MessageSelection & { readonly heldFor?: Duration }): Fault;
  /**
   * Accepts a message, answers with its id, and loses it. It waits nowhere and is in flight nowhere, and what the test
   * itself sent that way reached nobody: `none()` and `settled()` turn red as unheard. Counts what arrives, as `delay` does:
   * a dead letter that is lost is on no queue any more, nor is what a move task lost on its way back.
   */
  drop(selection?: MessageSelection): Fault;
}

/** Faults on the messages of a queue. */
export interface QueueFaults extends TopicFaults {
  /**
   * Answers a DeleteMessage with `ReceiptHandleIsInvalid`, also within a batch: the message stays in flight, and comes back
   * after its visibility timeout. Counts acknowledgements. SDKs do not try again after that error.
   */
  rejectAcknowledgement(selection?: MessageSelection): Fault;
  /**
   * Lets a message be visible again while its consumer still works on it: at once, or `after` some virtual time. The receipt
   * handle stays good until the message is received again: that is the hit. A consumer that takes one message after the other
   * acknowledges it before it could get it again, and is not hit; nor is what comes again only when its visibility timeout
   * would have been over.
   *
   * Counts deliveries, a message's second and third too, until it selects the message: each is selected once, and later
   * deliveries of it are not counted. `nth: 2` is the second of the first message if that comes back before another is taken.
   */
  redeliverEarly(selection?: MessageSelection & { readonly after?: Duration }): Fault;
}

type Place = { readonly kind: "queue"; readonly it: Queue } | { readonly kind: "topic"; readonly it: Topic };

interface MadeFault {
  readonly kind: MessageFaultKind;
  /** Without the selection. */
  readonly name: string;
  /** Virtual milliseconds; left out where there is none. */
  readonly length?: number;
}

/** Puts faults in force on one queue or topic. */
export class MessageFaults implements QueueFaults {
  readonly #place: Place;
  readonly #registry: FaultRegistry;

  constructor(place: Place, registry: FaultRegistry) {
    this.#place = place;
    this.#registry = registry;
  }

  duplicate(selection: MessageSelection = {}, ...more: unknown[]): Fault {
    return this.#put(this.duplicate, [selection, ...more], () => {
      this.#refuseFifo(
        "duplicate",
        "FIFO promises that a message is not delivered twice; redeliverEarly brings one twice",
      );
      return { kind: "duplicate", name: `duplicate on ${this.#name}` };
    });
  }

  delay(by: Duration, selection: MessageSelection = {}, ...more: unknown[]): Fault {
    return this.#put(this.delay, [selection, ...more], () => {
      this.#refuseFifo("delay", "the rest of its group would overtake it");
      const length = lengthOf(by, "delay");
      return { kind: "delay", name: `delay by ${formatDuration(length)} on ${this.#name}`, length };
    });
  }

  reorder(selection: MessageSelection & { readonly heldFor?: Duration } = {}, ...more: unknown[]): Fault {
    const made = () => {
      const { heldFor = heldByDefault } = selection;
      this.#refuseFifo("reorder", "FIFO promises the order of sending");
      const length = lengthOf(heldFor, "heldFor");
      const name = `reorder on ${this.#name}, held ${formatDuration(length)} at most`;
      return { kind: "reorder" as const, name, length };
    };
    return this.#put(this.reorder, [selection, ...more], made, { heldFor: duration });
  }

  drop(selection: MessageSelection = {}, ...more: unknown[]): Fault {
    return this.#put(this.drop, [selection, ...more], () => ({ kind: "drop", name: `drop on ${this.#name}` }));
  }

  rejectAcknowledgement(selection: MessageSelection = {}, ...more: unknown[]): Fault {
    return this.#put(this.rejectAcknowledgement, [selection, ...more], () => {
      this.#refuseTopic("rejectAcknowledgement");
      return { kind: "rejectAcknowledgement", name: `reject acknowledgement on ${this.#name}` };
    });
  }

  redeliverEarly(selection: MessageSelection & { readonly after?: Duration } = {}, ...more: unknown[]): Fault {
    const made = () => {
      const { after = 0 } = selection;
      this.#refuseTopic("redeliverEarly");
      const length = milliseconds(after, "after");
      const when = length === 0 ? "at once" : `after ${formatDuration(length)}`;
      return { kind: "redeliverEarly" as const, name: `redeliver early on ${this.#name}, ${when}`, length };
    };
    return this.#put(this.redeliverEarly, [selection, ...more], made, { after: duration });
  }

  /** `made` says what it is, and throws where it cannot be; `own` are options beside those of all faults. */
  #put(calledFrom: PublicFunction, given: Given<MessageSelection>, made: () => MadeFault, own: Kinds = {}): Fault {
    const { it } = this.#place;
    const { fault, kind, length } = atCaller(calledFrom, () => {
      const selection = onlySelection(`${calledFrom.name}()`, given);
      checkSelection(`${calledFrom.name}()`, selection, own);
      const { kind, name, length = 0 } = made();
      return { fault: new ActiveFault(name, selection, this.#registry, calledFrom), kind, length };
    });
    const faults = it.faults instanceof PlaceFaults ? it.faults : this.#emptyPlace();
    faults.add(kind, fault, length);
    it.faults = faults;
    return this.#registry.add(fault, () => {
      faults.remove(fault);
      if (faults.empty) it.faults = undefined;
    });
  }

  #emptyPlace(): PlaceFaults {
    return new PlaceFaults(this.#place.kind === "queue" ? this.#place.it.name : undefined);
  }

  get #name(): string {
    return `${this.#place.kind} ${this.#place.it.name}`;
  }

  #refuseFifo(fault: string, reason: string): void {
    if (this.#place.it.fifo) throw wakefulError("FAULT_NOT_POSSIBLE", { fault, place: this.#name, reason });
  }

  #refuseTopic(fault: string): void {
    if (this.#place.kind === "queue") return;
    const reason = "nobody receives from a topic: name the queue that it sends to";
    throw wakefulError("FAULT_NOT_POSSIBLE", { fault, place: this.#name, reason });
  }
}
