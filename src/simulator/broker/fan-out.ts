import type { VirtualClock } from "../virtual-clock.ts";
import type { Activity, ActivityLog } from "./activity.ts";
import { EndpointReach } from "./endpoint-reach.ts";
import type { Fate, Passing } from "./faults-in-force.ts";
import { effectiveDeliveryPolicy, retryDelays } from "./delivery-policy.ts";
import type { FilterPolicy } from "./filter-policy/filter-policy.ts";
import { passesFilter } from "./filter-policy/match.ts";
import type { HttpDeliveries } from "./http-delivery.ts";
import { type NewMessage, traceIdOf, type TypedAttributes } from "./message.ts";
import { newId } from "./new-id.ts";
import type { Origin } from "./origin.ts";
import { warnOfPolicy } from "./policy-warning.ts";
import type { Queue } from "./queue.ts";
import { allowsTopic } from "./queue-policy.ts";
import { type Protocol, sequenceNumber, type Topic, type TopicSubscription } from "./topic.ts";

const mostRawAttributes = 10;
/** Of a filter policy, where it is told. */
const longestPolicy = 200;

/** What is published, before it is made into one message a subscription. */
export interface Publication {
  /** As filters see them. */
  readonly attributes: TypedAttributes;
  /** As they go along with the message. */
  readonly deliveredAttributes: TypedAttributes;
  readonly bodyFor: (protocol: Protocol) => string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** The JSON document around a body that is not delivered raw. */
  readonly wrap: (body: string, about: Published, subscription: TopicSubscription) => string;
  /** The headers of a POST. */
  readonly headers: (about: Published, subscription: TopicSubscription) => Readonly<Record<string, string>>;
}

export interface Published {
  readonly messageId: string;
  readonly sequenceNumber?: string;
}

/** Takes what is published to a topic to its subscriptions, or to their dead-letter queues. */
export class FanOut {
  readonly #time: VirtualClock;
  readonly #activity: ActivityLog;
  readonly #account: string;
  readonly #strictPolicies: boolean;
  readonly #queueByArn: (arn: string) => Queue | undefined;
  readonly #http: HttpDeliveries;

  constructor(options: {
    time: VirtualClock;
    activity: ActivityLog;
    account: string;
    strictPolicies: boolean;
    queueByArn: (arn: string) => Queue | undefined;
    http: HttpDeliveries;
  }) {
    this.#time = options.time;
    this.#activity = options.activity;
    this.#account = options.account;
    this.#strictPolicies = options.strictPolicies;
    this.#queueByArn = options.queueByArn;
    this.#http = options.http;
  }

  publish(topic: Topic, publication: Publication): Published {
    const now = this.#time.now();
    const key = deduplicationKey(topic, publication);
    const original = key === undefined ? undefined : topic.recent.find(key, now);
    if (original !== undefined) return { messageId: original.id, sequenceNumber: sequenceNumber(original.sequence) };
    const messageId = newId();
    const origin = this.#activity.begin(messageId);
    const sequence = topic.next();
    const about: Published = { messageId, ...(topic.fifo && { sequenceNumber: sequenceNumber(sequence) }) };
    if (key !== undefined) topic.recent.remember(key, { id: messageId, origin, sequence, at: now });
    if (![...topic.subscriptions.values()].some(({ confirmed }) => confirmed)) {
      const { attributes } = publication;
      const traceId = traceIdOf({ body: publication.bodyFor("sqs"), attributes });
      this.#note("published to nobody", origin, { traceId, detail: topic.name });
    }
    const fate = topic.faults?.publishing(passing(publication, origin));
    if (fate?.lost === true) return about;
    const endpoints = new EndpointReach(origin);
    origin.reached = this.#deliver(topic, publication, about, origin, endpoints, fate);
    if (fate?.again !== undefined) this.#deliver(topic, publication, about, origin, endpoints, fate.again);
    return about;
  }

  /** To each subscription whose filter lets it pass. Returns how many consumers that reached. */
  #deliver(
    topic: Topic,
    publication: Publication,
    about: Published,
    origin: Origin,
    endpoints: EndpointReach,
    fate: Fate | undefined,
  ): number {
    let reached = 0;
    for (const subscription of topic.subscriptions.values()) {
      const { protocol, filter, filterScope, confirmed } = subscription;
      const body = publication.bodyFor(protocol);
      if (!confirmed) continue;
      const { attributes } = publication;
      if (filter !== undefined && !passesFilter(filter, filterScope, { body, attributes })) {
        this.#filteredOut(topic, subscription, filter, origin, traceIdOf({ body, attributes }));
        continue;
      }
      if (filter !== undefined) origin.passedBy = [...(origin.passedBy ?? []), filter];
      const message = messageFor(topic, publication, about, subscription, body);
      if (protocol === "sqs") {
        const got = this.#toQueue(subscription, message, origin, fate);
        reached += got;
        if (got === 0 && this.#isOfSystems(subscription)) origin.missed = true;
      } else {
        reached++;
        fate?.arrived();
        this.#toHttp(topic, subscription, message, publication, about, origin, endpoints, fate);
      }
    }
    return reached;
  }

  #filteredOut(
    topic: Topic,
    subscription: TopicSubscription,
    filter: FilterPolicy,
    origin: Origin,
    traceId: string,
  ): void {
    const { endpoint, given } = subscription;
    const queue = this.#queueByArn(endpoint);
    if (this.#isOfSystems(subscription)) origin.keptOutBy = [...(origin.keptOutBy ?? []), filter];
    const policy = given.get("FilterPolicy") ?? "";
    const shown = policy.length > longestPolicy ? `${policy.slice(0, longestPolicy)}…` : policy;
    this.#note("filtered out", origin, {
      traceId,
      ...(queue !== undefined && { queue: queue.name }),
      detail: `${shown} of the subscription of ${queue === undefined ? endpoint : `queue ${queue.name}`} to topic ${topic.name}`,
    });
  }

  /** Whether what it delivers is for a system, not only for a harness. A queue that is not there would have been one's. */
  #isOfSystems({ endpoint }: TopicSubscription): boolean {
    return this.#queueByArn(endpoint)?.ofSystems ?? true;
  }

  /** Returns how many consumers that reached. */
  #toQueue(subscription: TopicSubscription, message: NewMessage, origin: Origin, fate: Fate | undefined): number {
    const queue = this.#queueByArn(subscription.endpoint);
    const attributes = Object.keys(message.attributes).length;
    if (attributes > mostRawAttributes)
      this.#giveUp(
        subscription,
        message,
        origin,
        `raw delivery with ${attributes} attributes, ${mostRawAttributes} at most`,
      );
    else if (queue === undefined) this.#giveUp(subscription, message, origin, "the queue does not exist");
    else if (!this.#maySend(queue, subscription, message, origin))
      this.#giveUp(subscription, message, origin, "the queue's policy does not let the topic send to it");
    else {
      const { lost, duplicate } = queue.add(fitting(message, queue), origin, queue.settings.delay, fate);
      if (queue.ofSystems && !lost && !duplicate) return 1;
    }
    return 0;
  }

  #toHttp(
    topic: Topic,
    subscription: TopicSubscription,
    message: NewMessage,
    publication: Publication,
    about: Published,
    origin: Origin,
    endpoints: EndpointReach,
    fate: Fate | undefined,
  ): void {
    const { endpoint } = subscription;
    endpoints.begun(subscription);
    const traceId = traceIdOf({ body: message.body, attributes: publication.attributes });
    const policy = effectiveDeliveryPolicy(subscription.deliveryPolicy, topic.deliveryPolicy);
    this.#http.send({
      subscriptionArn: subscription.arn,
      url: endpoint,
      headers: {
        ...publication.headers(about, subscription),
        "content-type": policy.requestPolicy.headerContentType,
      },
      body: message.body,
      traceId,
      retryDelays: retryDelays(policy.healthyRetryPolicy),
      maxReceivesPerSecond: policy.throttlePolicy?.maxReceivesPerSecond,
      delay: fate?.delay ?? 0,
      failed: (reason, attempt) => {
        this.#note("delivery failed", origin, {
          traceId,
          detail: `${endpoint}: ${reason} (attempt ${attempt})`,
        });
      },
      ended: (failure, attempts) => {
        if (failure === undefined) {
          this.#note("delivered", origin, { traceId, receives: attempts, detail: endpoint });
          return;
        }
        endpoints.failed(subscription);
        this.#giveUp(subscription, message, origin, failure);
      },
      cancelled: () => {
        endpoints.failed(subscription);
        this.#note("discarded", origin, { traceId, detail: `${endpoint}: its subscription has ended` });
      },
    });
  }

  #giveUp(subscription: TopicSubscription, message: NewMessage, origin: Origin, reason: string): void {
    const { deadLetterArn, endpoint } = subscription;
    const detail = `${endpoint}: ${reason}`;
    const traceId = traceIdOf(message);
    const queue = deadLetterArn === undefined ? undefined : this.#queueByArn(deadLetterArn);
    if (queue === undefined) this.#note("discarded", origin, { traceId, detail });
    else if (!this.#maySend(queue, subscription, message, origin))
      this.#note("discarded", origin, { traceId, detail: `${detail}; nor may the topic send to ${queue.name}` });
    else {
      queue.add(fitting(message, queue), origin);
      this.#note("dead-lettered", origin, { traceId, queue: queue.name, detail });
    }
  }

  /** Without strict policies it may, but people are told that on AWS it might not. */
  #maySend(queue: Queue, subscription: TopicSubscription, message: NewMessage, origin: Origin): boolean {
    const policy = queue.given.get("Policy");
    const { topicArn } = subscription;
    const { arn: queueArn } = queue;
    if (subscription.judged?.policy !== policy || subscription.judged?.queueArn !== queueArn)
      subscription.judged = {
        queueArn,
        policy,
        allows: allowsTopic(policy, { topicArn, queueArn, account: this.#account }),
      };
    if (subscription.judged?.allows) return true;
    if (this.#strictPolicies) return false;
    if (!subscription.warned) {
      subscription.warned = true;
      const what = policy === undefined || policy === "" ? "has no policy" : "has a policy that does not let it";
      this.#note("delivered without a queue policy", origin, {
        traceId: traceIdOf(message),
        queue: queue.name,
        detail: `${topicArn} sends to ${queue.name}, which ${what}: AWS would not deliver`,
      });
      if (!queue.harnessOwned) warnOfPolicy(topicArn.slice(topicArn.lastIndexOf(":") + 1), queue.name, what);
    }
    return true;
  }

  #note(what: Activity["what"], origin: Origin, more: Partial<Activity>): void {
    const { id } = origin;
    this.#activity.add({ what, at: this.#time.now(), messageId: id, origin: id, ...more }, origin);
  }
}

/** What a fault on the topic sees: the message for queues, before it is made into one a subscription. */
function passing(publication: Publication, origin: Origin): Passing {
  const { attributes } = publication;
  const body = publication.bodyFor("sqs");
  return { id: origin.id, origin, traceId: traceIdOf({ body, attributes }), body, attributes, receives: 0 };
}

function deduplicationKey(topic: Topic, { groupId, deduplicationId }: Publication): string | undefined {
  if (!topic.fifo || deduplicationId === undefined) return undefined;
  return topic.given.get("FifoThroughputScope") === "MessageGroup"
    ? JSON.stringify([groupId, deduplicationId])
    : deduplicationId;
}

function messageFor(
  topic: Topic,
  publication: Publication,
  about: Published,
  subscription: TopicSubscription,
  body: string,
): NewMessage {
  const { groupId, deduplicationId, deliveredAttributes } = publication;
  return {
    body: subscription.raw ? body : publication.wrap(body, about, subscription),
    attributes: subscription.raw ? deliveredAttributes : {},
    ...(groupId !== undefined && { groupId }),
    ...(topic.fifo && deduplicationId !== undefined && { deduplicationId }),
  };
}

/** A FIFO topic's group and deduplication id mean nothing to a standard queue. A standard topic's group does: fair queues. */
function fitting(message: NewMessage, queue: Queue): NewMessage {
  if (message.deduplicationId === undefined || queue.fifo) return message;
  const { body, attributes } = message;
  return { body, attributes };
}
