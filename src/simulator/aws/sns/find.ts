import type { Topic, TopicSubscription } from "../../broker/topic.ts";
import { AwsError } from "../aws-error.ts";
import type { Input, SnsCall } from "./call.ts";
import { invalid, notFound } from "./errors.ts";
import { optionalText, text } from "./input.ts";

const partsOfTopicArn = 6;

/** The topic that the first of these parameters names. */
export function topicOf(input: Input, { broker }: SnsCall, names: readonly string[] = ["TopicArn"]): Topic {
  const arn = names.map((name) => optionalText(input, name)).find((value) => value !== undefined);
  if (arn === undefined) throw invalid(`${names.join(" or ")} Reason: no value for required parameter`);
  const parts = arn.split(":").length;
  if (parts < partsOfTopicArn)
    throw invalid(`TopicArn Reason: An ARN must have at least ${partsOfTopicArn} elements, not ${parts}`);
  if (!arn.startsWith("arn:aws:sns:") || parts > partsOfTopicArn) throw invalid("TopicArn");
  const topic = broker.topics.get(arn);
  if (topic === undefined) throw notFound("Topic does not exist");
  return topic;
}

/** The topic with tags. */
export function resourceOf(input: Input, { broker }: SnsCall): Topic {
  const topic = broker.topics.get(text(input, "ResourceArn"));
  if (topic === undefined) throw new AwsError("ResourceNotFound", "Resource does not exist", { status: 404 });
  return topic;
}

export function subscriptionArn(input: Input): string {
  const arn = text(input, "SubscriptionArn");
  const parts = arn.split(":").length;
  if (parts < partsOfTopicArn)
    throw invalid(`SubscriptionArn Reason: An ARN must have at least ${partsOfTopicArn} elements, not ${parts}`);
  return arn;
}

export function subscriptionOf(input: Input, call: SnsCall): { topic: Topic; subscription: TopicSubscription } {
  const found = findSubscription(subscriptionArn(input), call);
  if (found === undefined) throw notFound("Subscription does not exist");
  return found;
}

export function findSubscription(
  arn: string,
  { broker }: SnsCall,
): { topic: Topic; subscription: TopicSubscription } | undefined {
  const topic = broker.topics.get(arn.slice(0, arn.lastIndexOf(":")));
  const subscription = topic?.subscriptions.get(arn);
  return topic === undefined || subscription === undefined ? undefined : { topic, subscription };
}
