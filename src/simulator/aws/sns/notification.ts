import type { Published } from "../../broker/fan-out.ts";
import type { TypedAttributes } from "../../broker/message.ts";
import type { Topic, TopicSubscription } from "../../broker/topic.ts";

/** The JSON document around a message that is not delivered raw. */
export function notification(
  topic: Topic,
  subscription: TopicSubscription,
  about: Published,
  message: {
    readonly body: string;
    readonly subject: string | undefined;
    readonly attributes: TypedAttributes;
    readonly timestamp: string;
  },
  base: string,
): string {
  const { subject, attributes } = message;
  const attributeEntries = Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
    name,
    { Type: dataType, Value: stringValue ?? Buffer.from(binaryValue ?? []).toString("base64") },
  ]);
  return JSON.stringify({
    Type: "Notification",
    MessageId: about.messageId,
    ...(about.sequenceNumber !== undefined && { SequenceNumber: about.sequenceNumber }),
    TopicArn: topic.arn,
    ...(subject !== undefined && { Subject: subject }),
    Message: message.body,
    Timestamp: message.timestamp,
    // what a FIFO topic sends is not signed
    ...(!topic.fifo && signature(topic, base)),
    UnsubscribeURL: `${base}/?Action=Unsubscribe&SubscriptionArn=${encodeURIComponent(subscription.arn)}`,
    ...(attributeEntries.length > 0 && {
      MessageAttributes: Object.fromEntries(attributeEntries) as Record<string, unknown>,
    }),
  });
}

/** Placeholders: nothing is signed, and the certificate's URL leads nowhere. */
export function signature(topic: Topic, base: string) {
  return {
    SignatureVersion: topic.given.get("SignatureVersion") ?? "1",
    Signature: "EXAMPLE",
    SigningCertURL: `${base}/SimpleNotificationService.pem`,
  };
}

/** The headers of a POST to an endpoint, but for its content type. */
export function headersOf(
  type: "Notification" | "SubscriptionConfirmation" | "UnsubscribeConfirmation",
  messageId: string,
  topic: Topic,
  subscription: TopicSubscription | undefined,
): Readonly<Record<string, string>> {
  return {
    "x-amz-sns-message-type": type,
    "x-amz-sns-message-id": messageId,
    "x-amz-sns-topic-arn": topic.arn,
    ...(subscription && { "x-amz-sns-subscription-arn": subscription.arn }),
    ...(type === "Notification" && subscription?.raw === true && { "x-amz-sns-rawdelivery": "true" }),
    "user-agent": "Amazon Simple Notification Service Agent",
  };
}
