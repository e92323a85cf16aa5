import { effectiveDeliveryPolicy, parseTopicDeliveryPolicy } from "../../broker/delivery-policy.ts";
import type { Topic } from "../../broker/topic.ts";
import type { SnsCall } from "./call.ts";
import { invalid } from "./errors.ts";

const smallestLimit = 1_024;
const largestLimit = 1_048_576;
const defaultLimit = 262_144;

/** Attributes that are kept, and say nothing about deliveries here. */
const kept =
  /^(TracingConfig|KmsMasterKeyId|(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn))$/;

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The largest message that a topic takes, in bytes. */
export function maximumMessageSize(topic: Topic): number {
  return Number(topic.given.get("MaximumMessageSize") ?? defaultLimit);
}

/** Applies an attribute as CreateTopic and SetTopicAttributes take it. */
export function setTopicAttribute(topic: Topic, name: string, value: string): void {
  switch (name) {
    case "DisplayName":
      if (value.length > 100) throw invalid("DisplayName Reason: Display name must be at most 100 characters long");
      break;
    case "DeliveryPolicy":
      topic.deliveryPolicy = deliveryPolicy(value);
      break;
    case "MaximumMessageSize": {
      const bytes = Number(value);
      if (!Number.isInteger(bytes) || bytes < smallestLimit || bytes > largestLimit)
        throw invalid(`MaximumMessageSize Reason: must be between ${smallestLimit} and ${largestLimit}`);
      break;
    }
    case "Policy":
      if (value !== "" && !isJsonObject(value)) throw invalid("Policy Error: not a JSON object");
      break;
    case "SignatureVersion":
      if (value !== "1" && value !== "2") throw invalid("SignatureVersion Reason: must be 1 or 2");
      break;
    case "ContentBasedDeduplication":
      if (!topic.fifo) throw invalid("ContentBasedDeduplication Reason: only for FIFO topics");
      if (value !== "true" && value !== "false")
        throw invalid("ContentBasedDeduplication Reason: must be true or false");
      break;
    case "FifoThroughputScope":
      if (!topic.fifo) throw invalid("FifoThroughputScope Reason: only for FIFO topics");
      if (value !== "Topic" && value !== "MessageGroup")
        throw invalid("FifoThroughputScope Reason: must be Topic or MessageGroup");
      break;
    case "ArchivePolicy":
      throw invalid("ArchivePolicy Reason: this simulator keeps no message archive");
    default:
      if (!kept.test(name)) throw invalid("AttributeName");
  }
  if (value === "") topic.given.delete(name);
  else topic.given.set(name, value);
}

/** All attributes of a topic, as GetTopicAttributes returns them. */
export function topicAttributesOf(topic: Topic, { accountId }: SnsCall): readonly (readonly [string, string])[] {
  const subscriptions = [...topic.subscriptions.values()];
  const confirmed = subscriptions.filter((each) => each.confirmed).length;
  const effective = effectiveDeliveryPolicy(undefined, topic.deliveryPolicy);
  return Object.entries({
    TopicArn: topic.arn,
    Owner: accountId,
    DisplayName: "",
    Policy: defaultPolicy(topic, accountId),
    SubscriptionsConfirmed: String(confirmed),
    SubscriptionsPending: String(subscriptions.length - confirmed),
    SubscriptionsDeleted: String(topic.unsubscribed),
    EffectiveDeliveryPolicy: JSON.stringify({
      http: {
        defaultHealthyRetryPolicy: effective.healthyRetryPolicy,
        disableSubscriptionOverrides: topic.deliveryPolicy?.disableSubscriptionOverrides ?? false,
        ...(effective.throttlePolicy && { defaultThrottlePolicy: effective.throttlePolicy }),
        defaultRequestPolicy: effective.requestPolicy,
      },
    }),
    ...(topic.fifo && { FifoTopic: "true", ContentBasedDeduplication: "false", FifoThroughputScope: "Topic" }),
    ...Object.fromEntries(topic.given),
  });
}

function deliveryPolicy(value: string): Topic["deliveryPolicy"] {
  if (value === "") return undefined;
  try {
    return parseTopicDeliveryPolicy(value);
  } catch (error) {
    throw invalid(`DeliveryPolicy: ${(error as Error).message}`);
  }
}

/** "By default, only the topic owner can publish or subscribe to the topic." */
function defaultPolicy(topic: Topic, accountId: string): string {
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:DeleteTopic", "SNS:Subscribe", "SNS:Publish"],
        Resource: topic.arn,
        Condition: { StringEquals: { "AWS:SourceOwner": accountId } },
      },
    ],
  });
}
