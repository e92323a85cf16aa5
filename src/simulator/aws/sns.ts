import { randomUUID } from "node:crypto";
import type { Broker } from "../broker/broker.ts";
import { parseFilterPolicy } from "../broker/filter-policy.ts";
import type { TypedAttribute, TypedAttributes } from "../broker/message.ts";
import type { Topic, TopicSubscription } from "../broker/topic.ts";
import { AwsError } from "./aws-error.ts";
import { items, type QueryValue, XmlMap } from "./query.ts";

const largest = 262_144;
const pageSize = 100;
const nameForm = /^[A-Za-z0-9_-]{1,256}$/;

type Input = Readonly<Record<string, QueryValue>>;

export interface SnsCall {
  readonly broker: Broker;
  readonly base: string;
  readonly accountId: string;
}

type Action = (input: Input, call: SnsCall) => object | undefined;

/** SNS actions for queues as endpoints, by name. Source: Amazon SNS API Reference. */
export const snsActions: Readonly<Record<string, Action>> = {
  CreateTopic(input, { broker }) {
    const name = text(input, "Name");
    if (name.endsWith(".fifo")) throw invalid("This version of the simulator has no FIFO topics");
    if (!nameForm.test(name)) throw invalid("Invalid parameter: Topic Name");
    const topic = [...broker.topics.values()].find((each) => each.name === name) ?? broker.createTopic(name);
    for (const [key, value] of pairs(input["Attributes"], "key", "value")) topic.given.set(key, value);
    for (const [key, value] of pairs(input["Tags"], "Key", "Value")) topic.tags.set(key, value);
    return { TopicArn: topic.arn };
  },

  DeleteTopic(input, { broker }) {
    // deleting one that does not exist is no error
    broker.topics.delete(text(input, "TopicArn"));
    return undefined;
  },

  ListTopics(input, { broker }) {
    const { shown, next } = page([...broker.topics.keys()], input);
    return { Topics: shown.map((arn) => ({ TopicArn: arn })), NextToken: next };
  },

  GetTopicAttributes(input, call) {
    const topic = topicOf(input, call);
    const attributes = {
      TopicArn: topic.arn,
      Owner: call.accountId,
      DisplayName: "",
      SubscriptionsConfirmed: String(topic.subscriptions.size),
      SubscriptionsPending: "0",
      SubscriptionsDeleted: "0",
      ...Object.fromEntries(topic.given),
    };
    return { Attributes: new XmlMap(Object.entries(attributes)) };
  },

  SetTopicAttributes(input, call) {
    topicOf(input, call).given.set(text(input, "AttributeName"), optionalText(input, "AttributeValue") ?? "");
    return undefined;
  },

  Subscribe(input, call) {
    const topic = topicOf(input, call);
    const protocol = text(input, "Protocol");
    if (protocol !== "sqs")
      throw invalid(`Invalid parameter: this version of the simulator delivers to sqs only, not to ${protocol}`);
    const endpoint = text(input, "Endpoint");
    if (!endpoint.startsWith("arn:aws:sqs:")) throw invalid("Invalid parameter: SQS endpoint ARN");
    const given = new Map(pairs(input["Attributes"], "key", "value"));
    const existing = [...topic.subscriptions.values()].find(({ queueArn }) => queueArn === endpoint);
    if (existing !== undefined) {
      const differs = [...given].some(([key, value]) => (existing.given.get(key) ?? "") !== value);
      if (differs)
        throw invalid("Invalid parameter: Attributes Reason: Subscription already exists with different attributes");
      return { SubscriptionArn: existing.arn };
    }
    const subscription: TopicSubscription = {
      arn: `${topic.arn}:${randomUUID()}`,
      topicArn: topic.arn,
      queueArn: endpoint,
      raw: false,
      filterPolicy: undefined,
      given: new Map(),
    };
    for (const [key, value] of given) setAttribute(subscription, key, value);
    topic.subscriptions.set(subscription.arn, subscription);
    return { SubscriptionArn: subscription.arn };
  },

  Unsubscribe(input, { broker }) {
    const arn = text(input, "SubscriptionArn");
    for (const topic of broker.topics.values()) topic.subscriptions.delete(arn);
    return undefined;
  },

  ListSubscriptions(input, call) {
    return listed(
      [...call.broker.topics.values()].flatMap((topic) => [...topic.subscriptions.values()]),
      input,
      call,
    );
  },

  ListSubscriptionsByTopic(input, call) {
    return listed([...topicOf(input, call).subscriptions.values()], input, call);
  },

  GetSubscriptionAttributes(input, call) {
    const subscription = subscriptionOf(input, call);
    const attributes = {
      SubscriptionArn: subscription.arn,
      TopicArn: subscription.topicArn,
      Owner: call.accountId,
      Protocol: "sqs",
      Endpoint: subscription.queueArn,
      PendingConfirmation: "false",
      ConfirmationWasAuthenticated: "true",
      RawMessageDelivery: String(subscription.raw),
      ...Object.fromEntries(subscription.given),
    };
    return { Attributes: new XmlMap(Object.entries(attributes)) };
  },

  SetSubscriptionAttributes(input, call) {
    setAttribute(
      subscriptionOf(input, call),
      text(input, "AttributeName"),
      optionalText(input, "AttributeValue") ?? "",
    );
    return undefined;
  },

  Publish(input, call) {
    return { MessageId: publish(topicOf(input, call, "TopicArn", "TargetArn"), input, call) };
  },

  PublishBatch(input, call) {
    const topic = topicOf(input, call);
    const entries = items(input["PublishBatchRequestEntries"]) as readonly Input[];
    if (entries.length === 0) throw new AwsError("EmptyBatchRequest", "The batch request doesn't contain any entries.");
    if (entries.length > 10)
      throw new AwsError("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.");
    if (new Set(entries.map((entry) => entry["Id"])).size !== entries.length) {
      throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
    }
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const entry of entries) {
      try {
        Successful.push({ Id: entry["Id"], MessageId: publish(topic, entry, call) });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        Failed.push({ Id: entry["Id"], Code: error.code, Message: error.message, SenderFault: true });
      }
    }
    return { Successful, Failed };
  },

  TagResource(input, { broker }) {
    const topic = resourceOf(input, broker);
    for (const [key, value] of pairs(input["Tags"], "Key", "Value")) topic.tags.set(key, value);
    return {};
  },

  UntagResource(input, { broker }) {
    const topic = resourceOf(input, broker);
    for (const key of items(input["TagKeys"])) topic.tags.delete(String(key));
    return {};
  },

  ListTagsForResource(input, { broker }) {
    return { Tags: [...resourceOf(input, broker).tags].map(([Key, Value]) => ({ Key, Value })) };
  },
};

function publish(topic: Topic, input: Input, { broker, base }: SnsCall): string {
  const message = text(input, "Message");
  if (message === "") throw invalid("Invalid parameter: Empty message");
  const attributes = attributesOf(input["MessageAttributes"]);
  const subject = optionalText(input, "Subject");
  const size =
    Buffer.byteLength(message) +
    Object.values(attributes).reduce(
      (sum, { stringValue, binaryValue }) =>
        sum + Buffer.byteLength(stringValue ?? "") + (binaryValue?.byteLength ?? 0),
      0,
    );
  if (size > largest) throw invalid("Invalid parameter: Message too long");
  const timestamp = new Date(broker.time.now()).toISOString();
  const wrap = (messageId: string, subscriptionArn: string) =>
    JSON.stringify({
      Type: "Notification",
      MessageId: messageId,
      TopicArn: topic.arn,
      ...(subject !== undefined && { Subject: subject }),
      Message: message,
      Timestamp: timestamp,
      SignatureVersion: "1",
      Signature: "EXAMPLE",
      SigningCertURL: `${base}/SimpleNotificationService.pem`,
      UnsubscribeURL: `${base}/?Action=Unsubscribe&SubscriptionArn=${encodeURIComponent(subscriptionArn)}`,
      ...(Object.keys(attributes).length > 0 && {
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
            name,
            { Type: dataType, Value: stringValue ?? Buffer.from(binaryValue ?? []).toString("base64") },
          ]),
        ),
      }),
    });
  return broker.publish(topic, { body: message, attributes }, wrap);
}

function attributesOf(value: QueryValue | undefined): TypedAttributes {
  return Object.fromEntries(
    items(value).map((item): [string, TypedAttribute] => {
      const entry = item as Input;
      const name = text(entry, "Name");
      const given = entry["Value"] as Input | undefined;
      const dataType = given === undefined ? undefined : optionalText(given, "DataType");
      if (given === undefined || dataType === undefined || !/^(String|Number|Binary)(\..+)?$/.test(dataType)) {
        throw new AwsError(
          "ParameterValueInvalid",
          `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
        );
      }
      const textValue = optionalText(given, "StringValue");
      const binary = optionalText(given, "BinaryValue");
      if (dataType.startsWith("Binary") ? !binary : !textValue) {
        throw new AwsError(
          "ParameterValueInvalid",
          `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${dataType}'.`,
        );
      }
      return [
        name,
        dataType.startsWith("Binary")
          ? { dataType, binaryValue: Buffer.from(binary ?? "", "base64") }
          : { dataType, stringValue: textValue ?? "" },
      ];
    }),
  );
}

function setAttribute(subscription: TopicSubscription, name: string, value: string): void {
  switch (name) {
    case "RawMessageDelivery":
      if (value !== "true" && value !== "false")
        throw invalid("Invalid parameter: Attributes Reason: RawMessageDelivery must be true or false");
      subscription.raw = value === "true";
      break;
    case "FilterPolicy":
      try {
        subscription.filterPolicy = parseFilterPolicy(value === "" ? "{}" : value);
      } catch (error) {
        throw invalid(`Invalid parameter: FilterPolicy: ${(error as Error).message}`);
      }
      break;
    case "FilterPolicyScope":
      if (value !== "MessageAttributes")
        throw invalid("Invalid parameter: this version of the simulator filters on MessageAttributes only");
      break;
    case "RedrivePolicy":
    case "DeliveryPolicy":
      break;
    default:
      throw invalid(`Invalid parameter: AttributeName`);
  }
  subscription.given.set(name, value);
}

function listed(subscriptions: readonly TopicSubscription[], input: Input, { accountId }: SnsCall) {
  const { shown, next } = page(subscriptions, input);
  return {
    Subscriptions: shown.map(({ arn, topicArn, queueArn }) => ({
      SubscriptionArn: arn,
      Owner: accountId,
      Protocol: "sqs",
      Endpoint: queueArn,
      TopicArn: topicArn,
    })),
    NextToken: next,
  };
}

function page<T>(all: readonly T[], input: Input): { shown: readonly T[]; next: string | undefined } {
  const token = optionalText(input, "NextToken");
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(start) || start < 0) throw invalid("Invalid parameter: NextToken");
  const more = start + pageSize < all.length;
  return {
    shown: all.slice(start, start + pageSize),
    next: more ? Buffer.from(String(start + pageSize)).toString("base64url") : undefined,
  };
}

function topicOf(input: Input, { broker }: SnsCall, ...names: string[]): Topic {
  const wanted = names.length === 0 ? ["TopicArn"] : names;
  const arn = wanted.map((name) => optionalText(input, name)).find((value) => value !== undefined);
  if (arn === undefined)
    throw invalid("Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter");
  if (!arn.startsWith("arn:aws:sns:")) throw invalid("Invalid parameter: TopicArn");
  const topic = broker.topics.get(arn);
  if (topic === undefined) throw notFound("Topic does not exist");
  return topic;
}

function resourceOf(input: Input, broker: Broker): Topic {
  const topic = broker.topics.get(text(input, "ResourceArn"));
  if (topic === undefined) throw new AwsError("ResourceNotFound", "Resource does not exist", { status: 404 });
  return topic;
}

function subscriptionOf(input: Input, { broker }: SnsCall): TopicSubscription {
  const arn = text(input, "SubscriptionArn");
  for (const topic of broker.topics.values()) {
    const subscription = topic.subscriptions.get(arn);
    if (subscription !== undefined) return subscription;
  }
  throw notFound("Subscription does not exist");
}

function notFound(message: string): AwsError {
  return new AwsError("NotFound", message, { status: 404 });
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameter", message);
}

function text(input: Input, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined) throw invalid(`Invalid parameter: ${name} Reason: no value for required parameter`);
  return value;
}

function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" ? value : undefined;
}

function pairs(
  value: QueryValue | undefined,
  keyName: string,
  valueName: string,
): readonly (readonly [string, string])[] {
  return items(value).map((item) => {
    const entry = item as Input;
    return [text(entry, keyName), optionalText(entry, valueName) ?? ""] as const;
  });
}
