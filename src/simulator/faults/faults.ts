import { wakefulError } from "../../errors.ts";
import * as kind from "../../kinds.ts";
import { checkArgument, checkOptions, tellValue } from "../../options.ts";
import type { Broker } from "../broker/broker.ts";
import { atCaller } from "./at-caller.ts";
import { similarNames } from "../../text/index.ts";
import { EndpointFaultMaker, type EndpointFaults } from "./endpoint-faults.ts";
import type { EndpointFaultsInForce } from "./endpoint-faults-in-force.ts";
import type { Fault } from "./fault.ts";
import { MessageFaults, type QueueFaults, type TopicFaults } from "./message-faults.ts";
import type { FaultRegistry } from "./registry.ts";

/**
 * What goes wrong between systems, on purpose. Every hit is a line of the timeline, on the message that it hit, and failures
 * name the faults that hit their scope. A test whose fault hit nothing is red: it would prove nothing.
 *
 * @example
 * simulator.faults.on("orders").duplicate({ nth: 1 });
 * await channels.orders.send({ order_id, customer_id });
 * await scope.settled();
 * expect((await api.getCustomer(customer_id)).orders).toEqual([{ order_id }]);
 */
export interface Faults {
  /**
   * Faults on the messages of a queue or topic. Throws `RESOURCE_MISSING` for a name of neither, `INVALID_OPTION` for a name of
   * both: say `{ queue }` or `{ topic }` then.
   */
  on(place: string | { readonly queue: string }): QueueFaults;
  on(place: { readonly topic: string }): TopicFaults;
  /** Faults on requests, whatever they are about. */
  readonly endpoint: EndpointFaults;
  /** Those that are not undone. */
  readonly inForce: readonly Fault[];
  /** Undoes them all. */
  clear(): void;
}

type PlaceName = string | { readonly queue: string } | { readonly topic: string };

const placeKinds = { queue: kind.text, topic: kind.text };

/** For JavaScript too: the name, and of what. */
function placeOf(place: PlaceName): { readonly name: string; readonly asked: "queue or topic" | "queue" | "topic" } {
  if (typeof place === "string") {
    checkArgument("faults.on(place)", place, kind.text);
    return { name: place, asked: "queue or topic" };
  }
  checkOptions("faults.on()", place, placeKinds);
  const { queue, topic } = (place ?? {}) as { readonly queue?: string; readonly topic?: string };
  if (queue !== undefined && topic === undefined) return { name: queue, asked: "queue" };
  if (topic !== undefined && queue === undefined) return { name: topic, asked: "topic" };
  throw wakefulError("INVALID_OPTION", {
    option: "faults.on(place)",
    value: queue === undefined ? tellValue(place) : "a queue and a topic",
    expected: 'the name of a queue or topic, { queue: "orders" } or { topic: "orders" }',
  });
}

/** `simulator.faults`. */
export class SimulatorFaults implements Faults {
  readonly endpoint: EndpointFaults;
  readonly #broker: Broker;
  readonly #registry: FaultRegistry;

  constructor(broker: Broker, registry: FaultRegistry, endpoint: EndpointFaultsInForce) {
    this.#broker = broker;
    this.#registry = registry;
    this.endpoint = new EndpointFaultMaker(endpoint, registry);
  }

  on(place: PlaceName): QueueFaults {
    return atCaller(this.on, () => this.#at(place));
  }

  #at(place: PlaceName): QueueFaults {
    const { queues, topics } = this.#broker;
    const { name, asked } = placeOf(place);
    const queue = asked === "topic" ? undefined : queues.get(name);
    const topic = asked === "queue" ? undefined : [...topics.values()].find((each) => each.name === name);
    if (queue !== undefined && topic !== undefined) {
      throw wakefulError("INVALID_OPTION", {
        option: "faults.on",
        value: `"${name}"`,
        expected: `{ queue: "${name}" } or { topic: "${name}" }: both exist`,
      });
    }
    if (queue !== undefined) return new MessageFaults({ kind: "queue", it: queue }, this.#registry);
    if (topic !== undefined) return new MessageFaults({ kind: "topic", it: topic }, this.#registry);
    const names = [
      ...(asked === "topic" ? [] : queues.keys()),
      ...(asked === "queue" ? [] : [...topics.values()].map((each) => each.name)),
    ];
    throw wakefulError("RESOURCE_MISSING", { resource: `${asked} ${name}`, similar: similarNames(name, names) });
  }

  get inForce(): readonly Fault[] {
    return this.#registry.inForce;
  }

  clear(): void {
    this.#registry.clear();
  }
}
