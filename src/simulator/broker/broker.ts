import type { VirtualClock } from "../virtual-clock.ts";
import { ActivityLog } from "./activity.ts";
import { FanOut, type Publication, type Published } from "./fan-out.ts";
import { HttpDeliveries } from "./http-delivery.ts";
import type { NewMessage, StoredMessage } from "./message.ts";
import { GroupOrder } from "./order/group-order.ts";
import type { ReadyMessages } from "./order/ready-messages.ts";
import { ShuffledOrder } from "./order/shuffled-order.ts";
import { StrictOrder } from "./order/strict-order.ts";
import type { Accepted } from "./accepted.ts";
import { Queue } from "./queue.ts";
import type { QueueSettings } from "./queue-settings.ts";
import { Topic } from "./topic.ts";

export const account = "000000000000";

export interface BrokerOptions {
  /** Whether a topic sends only to queues whose policy lets it. */
  readonly strictPolicies?: boolean;
  /** Whether HTTP(S) endpoints of other machines are called. */
  readonly allowOutbound?: boolean;
}

/** Queues and topics on one virtual clock. Knows nothing of any wire protocol. */
export class Broker {
  readonly time: VirtualClock;
  readonly region: string;
  readonly activity = new ActivityLog();
  readonly queues = new Map<string, Queue>();
  readonly topics = new Map<string, Topic>();
  /** Queues that a harness reads though it does not own them, once for each reader. */
  readonly readByHarness: string[] = [];
  readonly http: HttpDeliveries;
  /** Decides the order of standard queues; without one it is strict. */
  readonly seed: number | undefined;
  readonly #fanOut: FanOut;
  /** When queues were deleted, virtual, by name; the oldest first. */
  readonly #deleted = new Map<string, number>();
  readonly #listeners = new Set<() => void>();

  constructor(time: VirtualClock, region: string, seed?: number, options: BrokerOptions = {}) {
    const { strictPolicies = false, allowOutbound = false } = options;
    this.time = time;
    this.region = region;
    this.seed = seed;
    this.http = new HttpDeliveries({ time, changed: () => this.#changed(), allowOutbound });
    this.#fanOut = new FanOut({
      time,
      activity: this.activity,
      account,
      strictPolicies,
      queueByArn: (arn) => this.queueByArn(arn),
      http: this.http,
    });
  }

  /** Calls back whenever counts, polls or resources changed. */
  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  readonly #changed = (): void => {
    for (const listener of this.#listeners) listener();
  };

  createQueue(name: string, settings: QueueSettings): Queue {
    const fifo = name.endsWith(".fifo");
    const queue = new Queue({
      name,
      arn: this.queueArn(name),
      fifo,
      settings,
      order: fifo ? new GroupOrder() : this.#orderOf(name),
      time: this.time,
      activity: this.activity,
      readByHarness: () => this.readByHarness.includes(name),
      changed: this.#changed,
      deadLetter: (message, from, target) => {
        this.#deadLetter(message, from, target);
      },
    });
    this.queues.set(name, queue);
    this.#changed();
    return queue;
  }

  deleteQueue(queue: Queue): void {
    queue.purge(", with the queue itself");
    this.queues.delete(queue.name);
    this.#deleted.delete(queue.name);
    this.#deleted.set(queue.name, this.time.now());
    queue.close();
    this.#changed();
  }

  /** Virtual milliseconds since a queue of this name was deleted, if that is less than `within`. */
  deletedSince(name: string, within: number): number | undefined {
    const now = this.time.now();
    for (const [old, at] of this.#deleted) {
      if (now - at < within) break;
      this.#deleted.delete(old);
    }
    const at = this.#deleted.get(name);
    return at === undefined ? undefined : now - at;
  }

  /** What the ARN of a queue of this name is or would be. */
  queueArn(name: string): string {
    return `arn:aws:sqs:${this.region}:${account}:${name}`;
  }

  queueByArn(arn: string): Queue | undefined {
    const queue = this.queues.get(arn.slice(arn.lastIndexOf(":") + 1));
    return queue?.arn === arn ? queue : undefined;
  }

  /** The queues whose dead letters go to this one. */
  sourcesOf(queue: Queue): Queue[] {
    return [...this.queues.values()].filter(({ settings }) => settings.redrive?.deadLetterArn === queue.arn);
  }

  createTopic(name: string): Topic {
    const topic = new Topic(name, `arn:aws:sns:${this.region}:${account}:${name}`);
    this.topics.set(topic.arn, topic);
    return topic;
  }

  deleteTopic(topic: Topic): void {
    this.topics.delete(topic.arn);
    for (const arn of topic.subscriptions.keys()) this.http.cancel(arn);
    topic.subscriptions.clear();
  }

  /** Sends to one queue. */
  send(queue: Queue, message: NewMessage, delay?: number): Accepted {
    // asked before: the sender's own harness may poll as a consequence
    const reached = queue.ofSystems && queue.consumers.polled ? 1 : 0;
    const accepted = queue.add(message, undefined, delay);
    if (!accepted.duplicate && !accepted.lost) accepted.origin.reached = reached;
    return accepted;
  }

  /** Publishes to all subscriptions whose filter lets it pass. */
  publish(topic: Topic, publication: Publication): Published {
    return this.#fanOut.publish(topic, publication);
  }

  /** How many consumers that are not a harness's own a send or publish reached. */
  reached(messageId: string): number | undefined {
    return this.activity.origin(messageId)?.reached;
  }

  close(): void {
    this.http.close();
    for (const queue of this.queues.values()) queue.close();
    this.#listeners.clear();
    this.time.close();
  }

  #deadLetter(message: StoredMessage, from: Queue, target: string): void {
    const queue = this.queueByArn(target);
    // AWS keeps failing to move it; here it stays known as lost in the message's history
    queue?.addDeadLetter(message, from.arn);
  }

  #orderOf(name: string): ReadyMessages {
    // by name: what happens on one queue does not change the order of another
    return this.seed === undefined ? new StrictOrder() : new ShuffledOrder(`${this.seed} ${name}`);
  }
}
