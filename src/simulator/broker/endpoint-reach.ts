import type { Origin } from "./origin.ts";
import type { TopicSubscription } from "./topic.ts";

/**
 * Which HTTP(S) endpoints a publication has reached: one counts from the publish on, until all that was to be delivered to it
 * has come to nothing. So it counts while a delivery is tried, and for good once one was taken.
 */
export class EndpointReach {
  readonly #origin: Origin;
  /** How many deliveries to each have not failed for good. Most publications have none. */
  #deliveries: Map<TopicSubscription, number> | undefined;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  begun(subscription: TopicSubscription): void {
    this.#deliveries ??= new Map();
    this.#deliveries.set(subscription, (this.#deliveries.get(subscription) ?? 0) + 1);
  }

  failed(subscription: TopicSubscription): void {
    const left = (this.#deliveries?.get(subscription) ?? 0) - 1;
    this.#deliveries?.set(subscription, left);
    if (left > 0) return;
    this.#origin.reached--;
    this.#origin.missed = true;
  }
}
