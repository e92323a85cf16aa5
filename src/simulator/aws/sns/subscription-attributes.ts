import { effectiveDeliveryPolicy, parseSubscriptionDeliveryPolicy } from "../../broker/delivery-policy.ts";
import type { FilterPolicy, FilterScope } from "../../broker/filter-policy/filter-policy.ts";
import { parseFilterPolicy } from "../../broker/filter-policy/parse.ts";
import type { Topic, TopicSubscription } from "../../broker/topic.ts";
import type { AwsError } from "../aws-error.ts";
import type { SnsCall } from "./call.ts";
import { invalid } from "./errors.ts";

type Refuse = (reason: string) => AwsError;

/** Applies attributes as Subscribe takes them. The scope comes first: the policy is read by it. */
export function giveAttributes(
  subscription: TopicSubscription,
  topic: Topic,
  attributes: ReadonlyMap<string, string>,
): void {
  const refuse: Refuse = (reason) => invalid(`Attributes Reason: ${reason}`);
  const scopeFirst = [...attributes].sort(
    ([a], [b]) => Number(b === "FilterPolicyScope") - Number(a === "FilterPolicyScope"),
  );
  for (const [name, value] of scopeFirst) apply(subscription, topic, name, value, refuse);
}

/** Applies an attribute as SetSubscriptionAttributes takes it. */
export function setSubscriptionAttribute(
  subscription: TopicSubscription,
  topic: Topic,
  name: string,
  value: string,
): void {
  apply(subscription, topic, name, value, invalid);
}

function apply(subscription: TopicSubscription, topic: Topic, name: string, value: string, refuse: Refuse): void {
  switch (name) {
    case "RawMessageDelivery":
      if (value !== "true" && value !== "false")
        throw refuse(`RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
      subscription.raw = value === "true";
      break;
    case "FilterPolicy":
      subscription.filter = filterPolicy(value, subscription.filterScope, refuse);
      break;
    case "FilterPolicyScope":
      if (value !== "MessageAttributes" && value !== "MessageBody")
        throw refuse(`FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`);
      subscription.filter = filterPolicy(subscription.given.get("FilterPolicy") ?? "", value, refuse);
      subscription.filterScope = value;
      break;
    case "RedrivePolicy":
      subscription.deadLetterArn = deadLetterArn(value, topic, refuse);
      break;
    case "DeliveryPolicy":
      if (subscription.protocol === "sqs") throw refuse("DeliveryPolicy: only for HTTP(S) subscriptions");
      subscription.deliveryPolicy = deliveryPolicy(value, refuse);
      break;
    case "ReplayPolicy":
      throw refuse("ReplayPolicy: this simulator keeps no message archive");
    default:
      throw invalid("AttributeName");
  }
  if (value === "") subscription.given.delete(name);
  else subscription.given.set(name, value);
}

/** All attributes of a subscription, as GetSubscriptionAttributes returns them. */
export function subscriptionAttributesOf(
  subscription: TopicSubscription,
  topic: Topic,
  { accountId }: SnsCall,
): readonly (readonly [string, string])[] {
  const { protocol, confirmed } = subscription;
  return Object.entries({
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Owner: accountId,
    Protocol: protocol,
    Endpoint: subscription.endpoint,
    PendingConfirmation: String(!confirmed),
    ConfirmationWasAuthenticated: String(confirmed),
    RawMessageDelivery: String(subscription.raw),
    ...(protocol !== "sqs" && {
      EffectiveDeliveryPolicy: JSON.stringify(
        effectiveDeliveryPolicy(subscription.deliveryPolicy, topic.deliveryPolicy),
      ),
    }),
    ...(subscription.given.has("FilterPolicy") && { FilterPolicyScope: subscription.filterScope }),
    ...Object.fromEntries(subscription.given),
  });
}

function filterPolicy(value: string, scope: FilterScope, refuse: Refuse): FilterPolicy | undefined {
  try {
    return parseFilterPolicy(value === "" ? "{}" : value, scope);
  } catch (error) {
    throw refuse(`FilterPolicy: ${(error as Error).message}`);
  }
}

function deliveryPolicy(value: string, refuse: Refuse): TopicSubscription["deliveryPolicy"] {
  if (value === "") return undefined;
  try {
    return parseSubscriptionDeliveryPolicy(value);
  } catch (error) {
    throw refuse(`DeliveryPolicy: ${(error as Error).message}`);
  }
}

function deadLetterArn(value: string, topic: Topic, refuse: Refuse): string | undefined {
  if (value === "" || value === "{}") return undefined;
  let policy: { readonly deadLetterTargetArn?: unknown } | null;
  try {
    policy = JSON.parse(value) as typeof policy;
  } catch {
    throw refuse("RedrivePolicy: failed to parse JSON.");
  }
  const arn = policy?.deadLetterTargetArn;
  if (typeof arn !== "string" || !/^arn:aws:sqs:[^:]+:\d{12}:[^:]+$/.test(arn))
    throw refuse("RedrivePolicy: deadLetterTargetArn is an invalid arn");
  if (topic.fifo && !arn.endsWith(".fifo"))
    throw refuse("RedrivePolicy: must use a FIFO queue as DLQ for a FIFO topic");
  return arn;
}
