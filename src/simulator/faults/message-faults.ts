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
   * Counts first deliveries, of a topic publications. Throws `FAULT_NOT_POSSIBLE` on FIFO queues and topics, which
   * promise that it does not happen; there `redeliverEarly` brings a message twice.
   *
   * @example
   * using twice = simulator.faults.on("orders").duplicate({ nth: 2 });
   */
  duplicate(selection?: MessageSelection): Fault;
  /**
   * Lets messages arrive later, by that much virtual time: `advance` moves it. Counts what arrives. Throws
   * `FAULT_NOT_POSSIBLE` on FIFO queues and topics: the rest of the group would overtake it.
   *
   * @example
   * using late = simulator.faults.on("orders").delay("10s", { where: ({ body }) => body.includes("late") });
   */
  delay(by: Duration, selection?: MessageSelection): Fault;
  /**
   * Lets a message be overtaken by the next one on the queue; one that no other follows within `heldFor` (virtual, default
   * 1 s) comes by itself then. Counts what arrives; the one that overtakes is counted, and is not held back itself. Of
   * a topic: on each of its queues; HTTP endpoints get it in order. Throws `FAULT_NOT_POSSIBLE` on FIFO queues and topics.
   */
  reorder(selection?: MessageSelection & { readonly heldFor?: Duration }): Fault;
  /**
   * Accepts a message, answers with its id, and loses it. It waits nowhere and is in flight nowhere, and what the test
   * itself sent that way reached nobody: `none()` and `settled()` turn red as unheard. Counts what arrives.
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
   * handle stays good until the message is received again. Counts deliveries, and hits each message once. A consumer
   * that takes one message after the other acknowledges it before it could get it again.
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
    return this.#put("duplicate", "duplicate", selection);
  }

  delay(by: Duration, selection: MessageSelection = {}): Fault {
    this.#refuseFifo("delay", "the rest of its group would overtake it");
    return this.#put("delay", `delay by ${String(by)}`, selection, milliseconds(by, "delay"));
  }

  reorder({ heldFor = heldByDefault, ...selection }: MessageSelection & { readonly heldFor?: Duration } = {}): Fault {
    this.#refuseFifo("reorder", "FIFO promises the order of sending");
    return this.#put("reorder", "reorder", selection, milliseconds(heldFor, "heldFor"));
  }

  drop(selection: MessageSelection = {}): Fault {
    return this.#put("drop", "drop", selection);
  }

  rejectAcknowledgement(selection: MessageSelection = {}): Fault {
    this.#refuseTopic("rejectAcknowledgement");
    return this.#put("rejectAcknowledgement", "reject acknowledgement", selection);
  }

  redeliverEarly({ after = 0, ...selection }: MessageSelection & { readonly after?: Duration } = {}): Fault {
    this.#refuseTopic("redeliverEarly");
    return this.#put("redeliverEarly", "redeliver early", selection, milliseconds(after, "after"));
  }

  #put(kind: MessageFaultKind, what: string, selection: MessageSelection, length = 0): Fault {
    const { it } = this.#place;
    const fault = new ActiveFault(`${what} on ${this.#name}`, selection, this.#registry);
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
