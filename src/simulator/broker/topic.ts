import { Deduplication } from "./deduplication.ts";
import type { SubscriptionDeliveryPolicy, TopicDeliveryPolicy } from "./delivery-policy.ts";
import type { TopicFaultsInForce } from "./faults-in-force.ts";
import type { FilterPolicy, FilterScope } from "./filter-policy/filter-policy.ts";

export type Protocol = "sqs" | "http" | "https";

/** An endpoint that gets what is published to a topic: a queue's ARN or a URL. */
export interface TopicSubscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** Whether its owner has agreed; queues of the same account always have. Until then it gets nothing. */
  confirmed: boolean;
  raw: boolean;
  filter: FilterPolicy | undefined;
  filterScope: FilterScope;
  /** The queue for what could not be delivered. */
  deadLetterArn: string | undefined;
  deliveryPolicy: SubscriptionDeliveryPolicy | undefined;
  /** Whether somebody was told that its queue has no policy for it. */
  warned: boolean;
  /** What was found of the policy of a queue that it sends to: it is asked at each publish, and changes seldom. */
  judged?: { readonly queueArn: string; readonly policy: string | undefined; readonly allows: boolean };
  /** Attributes as they were given. */
  readonly given: Map<string, string>;
}

/** A token by which an endpoint's owner agrees to a subscription, or takes its removal back. */
export interface Invitation {
  readonly subscription: TopicSubscription;
  /** Virtual. */
  readonly until: number;
}

const sequenceNumbersFrom = 10_000_000_000_000_000_000n;

export class Topic {
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly tags = new Map<string, string>();
  /** Attributes as they were given. */
  readonly given = new Map<string, string>();
  readonly subscriptions = new Map<string, TopicSubscription>();
  /** What was published in the last five minutes, by deduplication id. */
  readonly recent = new Deduplication();
  /** By token. */
  readonly invitations = new Map<string, Invitation>();
  deliveryPolicy: TopicDeliveryPolicy | undefined;
  /** Those in force on it, if any. */
  faults: TopicFaultsInForce | undefined;
  /** How many subscriptions it has lost. */
  unsubscribed = 0;
  #sequence = 0;

  constructor(name: string, arn: string) {
    this.name = name;
    this.arn = arn;
    this.fifo = name.endsWith(".fifo");
  }

  invite(token: string, invitation: Invitation, now: number): void {
    for (const [old, { until }] of this.invitations) if (until < now) this.invitations.delete(old);
    this.invitations.set(token, invitation);
  }

  /** The count of one more message. */
  next(): number {
    return ++this.#sequence;
  }
}

/** What AWS calls a sequence number: 20 digits, growing. */
export function sequenceNumber(count: number): string {
  return String(sequenceNumbersFrom + BigInt(count));
}
