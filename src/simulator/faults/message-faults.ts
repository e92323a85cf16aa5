import { wakefulError } from "../../errors.ts";
import { type Duration, milliseconds } from "../../time/index.ts";
import type { Queue } from "../broker/queue.ts";
import type { Topic } from "../broker/topic.ts";
import { ActiveFault, type Fault } from "./fault.ts";
import { type FaultMessage, type MessageFaultKind, PlaceFaults } from "./place-faults.ts";
import type { FaultRegistry } from "./registry.ts";
import type { FaultSelection } from "./selection.ts";

const heldByDefault = 1_000;

/** Which messages a fault hits. */
export type MessageSelection = FaultSelection<FaultMessage>;

/** Faults on the messages of a topic. Each method throws `INVALID_OPTION` for a selection that is none. */
export interface TopicFaults {
  /**
   * Delivers twice. On a queue: the same message, with the same id, is handed out once more, as standard queues may. On a
   * topic: the publication goes to each subscription twice, as messages of their own that bear the same SNS message id.
   * Counts a message's first delivery by this queue, of a topic publications. Throws `FAULT_NOT_POSSIBLE` on FIFO queues and topics, which
   * promise that it does not happen; there `redeliverEarly` brings a message twice.
   *
   * @example
   * using twice = simulator.faults.on("orders").duplicate({ nth: 2 });
   */
  duplicate(selection?: MessageSelection): Fault;
  /**
   * Lets messages arrive later, by that much virtual time: `advance` moves it. Counts what arrives, be it sent, published,
   * given up by another queue (a dead letter) or moved here. Throws
   * `FAULT_NOT_POSSIBLE` on FIFO queues and topics: the rest of the group would overtake it.
   *
   * @example
   * using late = simulator.faults.on("orders").delay("10s", { where: ({ body }) => body.includes("late") });
   */
  delay(by: Duration, selection?: MessageSelection): Fault;
  /**
   * Lets a message be overtaken by the next one that can be received; where none comes within `heldFor` (virtual, default
   * 1 s, on top of a delay of its own) it comes by itself then. Never before its own delay is over. Counts what arrives,
   * as `delay` does, and hits what is held: while one waits, others are counted and pass by. Of a topic: on each of its
   * queues; HTTP endpoints get it in order. Throws `FAULT_NOT_POSSIBLE` on FIFO queues and topics.
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
   * handle stays good until the message is received again. A consumer that takes one message after the other
   * acknowledges it before it could get it again.
   *
   * Counts deliveries, a message's second and third too, until it hits the message: each is hit once, and later
   * deliveries of it are not counted. `nth: 2` is the second of the first message if that comes back before another is taken.
   */
  redeliverEarly(selection?: MessageSelection & { readonly after?: Duration }): Fault;
}

type Place = { readonly kind: "queue"; readonly it: Queue } | { readonly kind: "topic"; readonly it: Topic };

/** Puts faults in force on one queue or topic. */
export class MessageFaults implements QueueFaults {
  readonly #place: Place;
  readonly #registry: FaultRegistry;

  constructor(place: Place, registry: FaultRegistry) {
    this.#place = place;
    this.#registry = registry;
  }

  duplicate(selection: MessageSelection = {}): Fault {
    this.#refuseFifo(
      "duplicate",
      "FIFO promises that a message is not delivered twice; redeliverEarly brings one twice",
    );
    return this.#put("duplicate", "duplicate", selection, this.duplicate);
  }

  delay(by: Duration, selection: MessageSelection = {}): Fault {
    this.#refuseFifo("delay", "the rest of its group would overtake it");
    return this.#put("delay", `delay by ${String(by)}`, selection, this.delay, milliseconds(by, "delay"));
  }

  reorder({ heldFor = heldByDefault, ...selection }: MessageSelection & { readonly heldFor?: Duration } = {}): Fault {
    this.#refuseFifo("reorder", "FIFO promises the order of sending");
    const most = milliseconds(heldFor, "heldFor");
    if (most === 0)
      throw wakefulError("INVALID_OPTION", { option: "heldFor", value: String(heldFor), expected: "more than 0" });
    return this.#put("reorder", "reorder", selection, this.reorder, most);
  }

  drop(selection: MessageSelection = {}): Fault {
    return this.#put("drop", "drop", selection, this.drop);
  }

  rejectAcknowledgement(selection: MessageSelection = {}): Fault {
    this.#refuseTopic("rejectAcknowledgement");
    return this.#put("rejectAcknowledgement", "reject acknowledgement", selection, this.rejectAcknowledgement);
  }

  redeliverEarly({ after = 0, ...selection }: MessageSelection & { readonly after?: Duration } = {}): Fault {
    this.#refuseTopic("redeliverEarly");
    const length = milliseconds(after, "after");
    return this.#put("redeliverEarly", "redeliver early", selection, this.redeliverEarly, length);
  }

  #put(
    kind: MessageFaultKind,
    what: string,
    selection: MessageSelection,
    calledFrom: (...given: never[]) => unknown,
    length = 0,
  ): Fault {
    const { it } = this.#place;
    const fault = new ActiveFault(`${what} on ${this.#name}`, selection, this.#registry, calledFrom);
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
