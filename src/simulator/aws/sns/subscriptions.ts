import { randomUUID } from "node:crypto";
import type { Protocol, Topic, TopicSubscription } from "../../broker/topic.ts";
import { XmlMap } from "../query.ts";
import type { Actions, Input, SnsCall } from "./call.ts";
import { askForConfirmation, tellOfRemoval } from "./confirmation.ts";
import { invalid } from "./errors.ts";
import { findSubscription, subscriptionArn, subscriptionOf, topicOf } from "./find.ts";
import { optionalText, page, pairs, text } from "./input.ts";
import { giveAttributes, setSubscriptionAttribute, subscriptionAttributesOf } from "./subscription-attributes.ts";

const otherProtocols = ["email", "email-json", "sms", "application", "lambda", "firehose"];
const queueArnForm = /^arn:aws:sqs:[^:]+:\d{12}:[^:]+$/;

export const subscriptionActions: Actions = {
  Subscribe(input, call) {
    const topic = topicOf(input, call);
    const protocol = protocolOf(input);
    const endpoint = text(input, "Endpoint");
    checkEndpoint(topic, protocol, endpoint, call);
    const given = new Map(pairs(input["Attributes"], "key", "value"));
    const existing = [...topic.subscriptions.values()].find(
      (each) => each.protocol === protocol && each.endpoint === endpoint,
    );
    const subscription = existing ?? newSubscription(topic, protocol, endpoint);
    if (existing === undefined) giveAttributes(subscription, topic, given);
    else checkSame(existing, topic, given, call);
    topic.subscriptions.set(subscription.arn, subscription);
    if (!subscription.confirmed) askForConfirmation(topic, subscription, call);
    const shown = subscription.confirmed || optionalText(input, "ReturnSubscriptionArn") === "true";
    return { SubscriptionArn: shown ? subscription.arn : "pending confirmation" };
  },

  Unsubscribe(input, call) {
    const found = findSubscription(subscriptionArn(input), call);
    // unsubscribing what does not exist is no error
    if (found === undefined) return undefined;
    const { topic, subscription } = found;
    topic.subscriptions.delete(subscription.arn);
    topic.unsubscribed++;
    call.broker.http.cancel(subscription.arn);
    if (subscription.protocol !== "sqs" && subscription.confirmed) tellOfRemoval(topic, subscription, call);
    return undefined;
  },

  ListSubscriptions(input, call) {
    const all = [...call.broker.topics.values()].flatMap((topic) => [...topic.subscriptions.values()]);
    return listed(all, input, call);
  },

  ListSubscriptionsByTopic(input, call) {
    return listed([...topicOf(input, call).subscriptions.values()], input, call);
  },

  GetSubscriptionAttributes(input, call) {
    const { subscription, topic } = subscriptionOf(input, call);
    return { Attributes: new XmlMap(subscriptionAttributesOf(subscription, topic, call)) };
  },

  SetSubscriptionAttributes(input, call) {
    const { subscription, topic } = subscriptionOf(input, call);
    const value = optionalText(input, "AttributeValue") ?? "";
    setSubscriptionAttribute(subscription, topic, text(input, "AttributeName"), value);
    return undefined;
  },
};

function protocolOf(input: Input): Protocol {
  const protocol = text(input, "Protocol");
  if (protocol === "sqs" || protocol === "http" || protocol === "https") return protocol;
  if (otherProtocols.includes(protocol))
    throw invalid(`Protocol Reason: this simulator delivers to sqs, http and https, not to ${protocol}`);
  throw invalid(`Invalid protocol type: ${protocol}`);
}

function checkEndpoint(topic: Topic, protocol: Protocol, endpoint: string, { broker }: SnsCall): void {
  if (protocol === "sqs") {
    if (!queueArnForm.test(endpoint)) throw invalid("SQS endpoint ARN");
    if (endpoint.endsWith(".fifo") && !topic.fifo)
      throw invalid("Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics");
    return;
  }
  if (topic.fifo) throw invalid(`Invalid protocol type: ${protocol}`);
  if (!endpoint.startsWith(`${protocol}://`)) throw invalid("Endpoint must match the specified protocol");
  const url = URL.parse(endpoint);
  if (url === null) throw invalid("Endpoint Reason: not a URL");
  if (!broker.http.mayCall(url))
    throw invalid(
      `Endpoint Reason: this simulator calls only this machine, not ${url.hostname}: start it with allowOutbound to change that`,
    );
}

/** Subscribing again changes nothing, and asks for nothing else. */
function checkSame(existing: TopicSubscription, topic: Topic, given: ReadonlyMap<string, string>, call: SnsCall): void {
  const current = new Map(subscriptionAttributesOf(existing, topic, call));
  if ([...given].some(([key, value]) => (current.get(key) ?? "") !== value))
    throw invalid("Attributes Reason: Subscription already exists with different attributes");
}

function newSubscription(topic: Topic, protocol: Protocol, endpoint: string): TopicSubscription {
  return {
    arn: `${topic.arn}:${randomUUID()}`,
    topicArn: topic.arn,
    protocol,
    endpoint,
    confirmed: protocol === "sqs",
    raw: false,
    filter: undefined,
    filterScope: "MessageAttributes",
    deadLetterArn: undefined,
    deliveryPolicy: undefined,
    warned: false,
    given: new Map(),
  };
}

function listed(subscriptions: readonly TopicSubscription[], input: Input, { accountId }: SnsCall) {
  const { shown, next } = page(subscriptions, input);
  return {
    Subscriptions: shown.map(({ arn, topicArn, protocol, endpoint, confirmed }) => ({
      SubscriptionArn: confirmed ? arn : "PendingConfirmation",
      Owner: accountId,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: topicArn,
    })),
    NextToken: next,
  };
}
