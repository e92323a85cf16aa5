import { randomBytes, randomUUID } from "node:crypto";
import { effectiveDeliveryPolicy, retryDelays } from "../../broker/delivery-policy.ts";
import type { Topic, TopicSubscription } from "../../broker/topic.ts";
import type { Actions, SnsCall } from "./call.ts";
import { invalid } from "./errors.ts";
import { topicOf } from "./find.ts";
import { text } from "./input.ts";
import { headersOf, signature } from "./notification.ts";

/** Two days. */
const tokenLife = 172_800_000;

export const confirmationActions: Actions = {
  ConfirmSubscription(input, call) {
    const topic = topicOf(input, call);
    const invitation = topic.invitations.get(text(input, "Token"));
    if (invitation === undefined || invitation.until < call.broker.time.now()) throw invalid("Token");
    const { subscription } = invitation;
    subscription.confirmed = true;
    // the token of a removal brings the subscription back
    topic.subscriptions.set(subscription.arn, subscription);
    return { SubscriptionArn: subscription.arn };
  },
};

/** Posts a SubscriptionConfirmation to the endpoint. */
export function askForConfirmation(topic: Topic, subscription: TopicSubscription, call: SnsCall): void {
  const message = `You have chosen to subscribe to the topic ${topic.arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`;
  invite("SubscriptionConfirmation", message, topic, subscription, call);
}

/** Posts an UnsubscribeConfirmation, by which the endpoint can take the removal back. */
export function tellOfRemoval(topic: Topic, subscription: TopicSubscription, call: SnsCall): void {
  const message = `You have chosen to deactivate subscription ${subscription.arn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`;
  invite("UnsubscribeConfirmation", message, topic, subscription, call);
}

function invite(
  type: "SubscriptionConfirmation" | "UnsubscribeConfirmation",
  message: string,
  topic: Topic,
  subscription: TopicSubscription,
  { broker, base }: SnsCall,
): void {
  const now = broker.time.now();
  const token = randomBytes(64).toString("hex");
  topic.invite(token, { subscription, until: now + tokenLife }, now);
  const messageId = randomUUID();
  const policy = effectiveDeliveryPolicy(subscription.deliveryPolicy, topic.deliveryPolicy);
  broker.http.send({
    subscriptionArn: subscription.arn,
    url: subscription.endpoint,
    headers: {
      ...headersOf(type, messageId, topic, type === "UnsubscribeConfirmation" ? subscription : undefined),
      "content-type": policy.requestPolicy.headerContentType,
    },
    body: JSON.stringify({
      Type: type,
      MessageId: messageId,
      Token: token,
      TopicArn: topic.arn,
      Message: message,
      SubscribeURL: `${base}/?Action=ConfirmSubscription&TopicArn=${topic.arn}&Token=${token}`,
      Timestamp: new Date(now).toISOString(),
      ...signature(topic, base),
    }),
    traceId: undefined,
    retryDelays: retryDelays(policy.healthyRetryPolicy),
    maxReceivesPerSecond: undefined,
    delay: 0,
    failed: (reason, attempt) => {
      broker.activity.add({
        what: "delivery failed",
        at: broker.time.now(),
        detail: `${type} to ${subscription.endpoint}: ${reason} (attempt ${attempt})`,
      });
    },
    ended: () => undefined,
    cancelled: () => undefined,
  });
}
