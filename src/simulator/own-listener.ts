import type { Broker } from "./broker/broker.ts";
import type { Queue } from "./broker/queue.ts";

/** How people know a queue. One that a harness made to listen on a topic is known by that: its name is made of random parts. */
export function nameForPeople(queue: Queue, broker: Broker): string {
  if (!queue.harnessOwned) return queue.name;
  for (const topic of broker.topics.values())
    for (const { endpoint } of topic.subscriptions.values())
      if (endpoint === queue.arn) return `the harness's listener on ${topic.name}`;
  return "a listener of the harness's";
}

/** A text of the broker's, with such queues named so. */
export function namedForPeople(text: string, broker: Broker): string {
  let named = text;
  for (const queue of broker.queues.values()) {
    if (!named.includes(queue.name) || !queue.harnessOwned) continue;
    const listener = nameForPeople(queue, broker);
    const subscription = new RegExp(`the subscription of queue ${queue.name} to topic \\S+`, "g");
    named = named.replace(subscription, listener).replaceAll(queue.arn, listener);
  }
  return named;
}
