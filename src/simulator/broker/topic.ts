import type { FilterPolicy } from "./filter-policy.ts";

/** A queue's subscription to a topic. */
export interface TopicSubscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly queueArn: string;
  raw: boolean;
  filterPolicy: FilterPolicy | undefined;
  /** Attributes as they were given. */
  readonly given: Map<string, string>;
}

export interface Topic {
  readonly name: string;
  readonly arn: string;
  readonly tags: Map<string, string>;
  readonly given: Map<string, string>;
  readonly subscriptions: Map<string, TopicSubscription>;
}
