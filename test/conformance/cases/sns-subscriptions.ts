import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { refused } from "../endpoint.ts";

export const snsSubscriptions: ConformanceGroup = {
  subject: "SNS: subscriptions of queues",
  cases: [
    {
      title: "a queue's subscription is confirmed at once",
      source: {
        quote: "If the owner of the queue creates the subscription, the subscription is automatically confirmed",
        page: "subscribe-sqs-queue-to-sns-topic",
      },
      async run(aws) {
        const TopicArn = await aws.topic();
        const queue = await aws.queue();
        const SubscriptionArn = await aws.subscribe(TopicArn, queue);
        expect(SubscriptionArn.startsWith(`${TopicArn}:`)).toBe(true);
        const { Attributes } = await aws.sns.getSubscriptionAttributes({ SubscriptionArn });
        expect(Attributes).toMatchObject({
          SubscriptionArn,
          TopicArn,
          Protocol: "sqs",
          Endpoint: queue.arn,
          PendingConfirmation: "false",
          RawMessageDelivery: "false",
        });
      },
    },
    {
      title: "subscribing a queue again returns the same subscription, with other attributes it is refused",
      source: "inferred",
      async run(aws) {
        const topic = await aws.topic();
        const queue = await aws.queue();
        const arn = await aws.subscribe(topic, queue, { RawMessageDelivery: "true" });
        expect(await aws.subscribe(topic, queue, { RawMessageDelivery: "true" })).toBe(arn);
        expect(await aws.subscribe(topic, queue)).toBe(arn);
        await refused(
          aws.subscribe(topic, queue, { RawMessageDelivery: "false" }),
          "InvalidParameterException",
          /Subscription already exists with different attributes/,
        );
      },
    },
    {
      title: "an attribute that no subscription has is refused",
      source: "inferred",
      async run(aws) {
        const { arn: SubscriptionArn } = await aws.rawPair();
        await refused(
          aws.sns.setSubscriptionAttributes({ SubscriptionArn, AttributeName: "Colour", AttributeValue: "red" }),
          "InvalidParameterException",
          /AttributeName/,
        );
      },
    },
    {
      title: "raw delivery is true or false",
      source: "inferred",
      async run(aws) {
        const { arn: SubscriptionArn } = await aws.rawPair();
        await refused(
          aws.sns.setSubscriptionAttributes({
            SubscriptionArn,
            AttributeName: "RawMessageDelivery",
            AttributeValue: "yes",
          }),
          "InvalidParameterException",
          /RawMessageDelivery: Invalid value \[yes\]. Must be true or false/,
        );
      },
    },
    {
      title: "the scope of a filter is MessageAttributes or MessageBody",
      source: { quote: "choose the filtering scope by using one of the following", page: "API_Subscribe" },
      async run(aws) {
        await refused(
          aws.rawPair({ FilterPolicyScope: "Everything" }),
          "InvalidParameterException",
          /FilterPolicyScope: Invalid value \[Everything\]/,
        );
      },
    },
    {
      title: "a queue is named by its ARN",
      source: { quote: "the endpoint is the ARN of an Amazon SQS queue", page: "API_Subscribe" },
      async run(aws) {
        const TopicArn = await aws.topic();
        const { url } = await aws.queue();
        await refused(
          aws.sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: url }),
          "InvalidParameterException",
          /SQS endpoint ARN/,
        );
      },
    },
    {
      title: "a protocol that SNS does not know is refused",
      source: "inferred",
      async run(aws) {
        const TopicArn = await aws.topic();
        await refused(
          aws.sns.subscribe({ TopicArn, Protocol: "pigeon", Endpoint: "x" }),
          "InvalidParameterException",
          /Invalid protocol type: pigeon/,
        );
      },
    },
    {
      title: "a subscription ends when it is unsubscribed; doing so again is no error",
      source: { quote: "Deletes a subscription", page: "API_Unsubscribe" },
      async run(aws) {
        const { topic, queue, arn: SubscriptionArn } = await aws.rawPair();
        await aws.sns.unsubscribe({ SubscriptionArn });
        await aws.sns.unsubscribe({ SubscriptionArn });
        await aws.sns.publish({ TopicArn: topic, Message: "x" });
        expect(await aws.bodies(queue)).toEqual([]);
        await refused(
          aws.sns.getSubscriptionAttributes({ SubscriptionArn }),
          "NotFoundException",
          /Subscription does not exist/,
        );
      },
    },
    {
      title: "a subscription is unsubscribed by its full ARN",
      source: "inferred",
      async run(aws) {
        await refused(aws.sns.unsubscribe({ SubscriptionArn: "abc" }), "InvalidParameterException", /SubscriptionArn/);
      },
    },
    {
      title: "subscriptions are listed, of a topic and of all",
      source: {
        quote: "Returns a list of the subscriptions to a specific topic",
        page: "API_ListSubscriptionsByTopic",
      },
      async run(aws) {
        const TopicArn = await aws.topic();
        const queues = [await aws.queue(), await aws.queue()];
        for (const queue of queues) await aws.subscribe(TopicArn, queue);
        const { Subscriptions = [] } = await aws.sns.listSubscriptionsByTopic({ TopicArn });
        expect(Subscriptions.map(({ Endpoint = "" }) => Endpoint).toSorted()).toEqual(
          queues.map(({ arn }) => arn).toSorted(),
        );
        const all: (string | undefined)[] = [];
        let NextToken: string | undefined;
        do {
          const page = await aws.sns.listSubscriptions(NextToken === undefined ? {} : { NextToken });
          all.push(...(page.Subscriptions ?? []).map(({ SubscriptionArn }) => SubscriptionArn));
          NextToken = page.NextToken;
        } while (NextToken !== undefined);
        expect(all).toEqual(expect.arrayContaining(Subscriptions.map(({ SubscriptionArn }) => SubscriptionArn)));
      },
    },
    {
      title: "subscriptions are listed in pages of 100",
      source: {
        quote: "Each call returns a limited list of subscriptions, up to 100",
        page: "API_ListSubscriptionsByTopic",
      },
      async run(aws) {
        const TopicArn = await aws.topic();
        const { arn } = await aws.queue();
        await Promise.all(
          Array.from({ length: 101 }, (_, index) =>
            aws.sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: `${arn}-${index}` }),
          ),
        );
        const first = await aws.sns.listSubscriptionsByTopic({ TopicArn });
        expect(first.Subscriptions).toHaveLength(100);
        const second = await aws.sns.listSubscriptionsByTopic({ TopicArn, NextToken: first.NextToken });
        expect(second.Subscriptions).toHaveLength(1);
        expect(second.NextToken).toBeUndefined();
      },
    },
    {
      title: "nothing is delivered to a queue whose policy does not let the topic send",
      source: {
        quote:
          "you must set a policy on the queue that allows the Amazon SNS topic to perform the sqs:SendMessage action",
        page: "subscribe-sqs-queue-to-sns-topic",
      },
      async run(aws) {
        const [topic, other] = [await aws.topic(), await aws.topic()];
        const queue = await aws.queue();
        await aws.sns.subscribe({ TopicArn: topic, Protocol: "sqs", Endpoint: queue.arn });
        await aws.sns.publish({ TopicArn: topic, Message: "no policy" });
        await aws.allow(other, queue);
        await aws.sns.publish({ TopicArn: topic, Message: "another topic's policy" });
        await aws.allow(topic, queue);
        await aws.sns.publish({ TopicArn: topic, Message: "its policy" });
        const bodies = (await aws.bodies(queue)).map((body) => (JSON.parse(body) as { Message: string }).Message);
        expect(bodies).toEqual(["its policy"]);
      },
    },
  ],
};
