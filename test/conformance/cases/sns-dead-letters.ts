import { expect } from "vitest";
import type { ConformanceGroup, Source } from "../conformance-case.ts";
import { type CreatedQueue, type Endpoint, refused } from "../endpoint.ts";
import { HttpReceiver } from "../http-receiver.ts";

const page = (quote: string): Source => ({ quote, page: "sns-dead-letter-queues" });
const second = 1_000;

/** A queue for a topic's dead letters, and the attribute that names it. */
async function deadLetters(aws: Endpoint, topic: string, queue?: CreatedQueue) {
  const dead = queue ?? (await aws.queue());
  await aws.allow(topic, dead);
  return { dead, RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn }) };
}

export const snsDeadLetters: ConformanceGroup = {
  subject: "SNS: dead letters of subscriptions",
  cases: [
    {
      title: "what cannot be delivered to a deleted queue goes to the subscription's dead-letter queue",
      source: page("These errors commonly occur when an owner deletes the endpoint"),
      async run(aws) {
        const topic = await aws.topic();
        const { dead, RedrivePolicy } = await deadLetters(aws, topic);
        const queue = await aws.queue();
        await aws.subscribe(topic, queue, { RawMessageDelivery: "true", RedrivePolicy });
        await aws.sqs.deleteQueue({ QueueUrl: queue.url });
        const MessageAttributes = { kind: { DataType: "String", StringValue: "new" } };
        await aws.sns.publish({ TopicArn: topic, Message: "x", MessageAttributes });
        expect(await aws.receive(dead)).toMatchObject([{ Body: "x", MessageAttributes }]);
      },
    },
    {
      title: "a dead letter of a subscription that is not raw is the JSON document",
      source: "inferred",
      async run(aws) {
        const topic = await aws.topic();
        const { dead, RedrivePolicy } = await deadLetters(aws, topic);
        const queue = await aws.queue();
        await aws.subscribe(topic, queue, { RedrivePolicy });
        await aws.sqs.deleteQueue({ QueueUrl: queue.url });
        const { MessageId } = await aws.sns.publish({ TopicArn: topic, Message: "x" });
        const [body] = await aws.bodies(dead);
        expect(JSON.parse(body ?? "{}")).toMatchObject({ Type: "Notification", MessageId, Message: "x" });
      },
    },
    {
      title: "what a queue's policy refuses goes to the dead-letter queue",
      source: page(
        "changes the policy attached to the subscribed endpoint in a way that prevents Amazon SNS from delivering",
      ),
      async run(aws) {
        const [topic, other] = [await aws.topic(), await aws.topic()];
        const { dead, RedrivePolicy } = await deadLetters(aws, topic);
        const queue = await aws.queue();
        await aws.subscribe(topic, queue, { RawMessageDelivery: "true", RedrivePolicy });
        await aws.allow(other, queue);
        await aws.sns.publish({ TopicArn: topic, Message: "x" });
        expect(await aws.bodies(queue)).toEqual([]);
        expect(await aws.bodies(dead)).toEqual(["x"]);
      },
    },
    {
      title: "a raw delivery with too many attributes goes to the dead-letter queue",
      source: "inferred",
      async run(aws) {
        const topic = await aws.topic();
        const { dead, RedrivePolicy } = await deadLetters(aws, topic);
        await aws.subscribe(topic, await aws.queue(), { RawMessageDelivery: "true", RedrivePolicy });
        const MessageAttributes = Object.fromEntries(
          Array.from({ length: 11 }, (_, index) => [`a${index}`, { DataType: "String", StringValue: "x" }] as const),
        );
        await aws.sns.publish({ TopicArn: topic, Message: "x", MessageAttributes });
        expect(await aws.bodies(dead)).toEqual(["x"]);
      },
    },
    {
      title: "a message that a filter stops is no dead letter",
      source: "inferred",
      async run(aws) {
        const topic = await aws.topic();
        const { dead, RedrivePolicy } = await deadLetters(aws, topic);
        await aws.subscribe(topic, await aws.queue(), { RedrivePolicy, FilterPolicy: '{"kind":["new"]}' });
        await aws.sns.publish({ TopicArn: topic, Message: "x" });
        expect(await aws.bodies(dead)).toEqual([]);
      },
    },
    {
      title: "an HTTP delivery whose retries are used up goes to the dead-letter queue",
      source: page("beyond the number of retries specified by the corresponding retry policy"),
      passes: 60 * second,
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const topic = await aws.topic();
        const { dead, RedrivePolicy } = await deadLetters(aws, topic);
        await receiver.subscribe(aws, topic, { RawMessageDelivery: "true", RedrivePolicy });
        receiver.answer = 500;
        await aws.sns.publish({ TopicArn: topic, Message: "x" });
        await aws.pass(50 * second);
        expect(await aws.bodies(dead)).toEqual([]);
        await aws.pass(10 * second);
        expect(await aws.bodies(dead)).toEqual(["x"]);
      },
    },
    {
      title: "an HTTP delivery that fails for good goes to the dead-letter queue at once",
      source: page("retry the message delivery that fails as a result of a client-side error"),
      passes: second,
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const topic = await aws.topic();
        const { dead, RedrivePolicy } = await deadLetters(aws, topic);
        await receiver.subscribe(aws, topic, { RawMessageDelivery: "true", RedrivePolicy });
        receiver.answer = 403;
        await aws.sns.publish({ TopicArn: topic, Message: "x" });
        await aws.pass(second);
        expect(await aws.bodies(dead)).toEqual(["x"]);
      },
    },
    {
      title: "a dead-letter queue is named by its ARN",
      source: page("The ARN must point to an Amazon SQS queue"),
      async run(aws) {
        const { arn: SubscriptionArn } = await aws.rawPair();
        for (const AttributeValue of ["{", '{"deadLetterTargetArn":"dead"}', '{"maxReceiveCount":3}'])
          await refused(
            aws.sns.setSubscriptionAttributes({ SubscriptionArn, AttributeName: "RedrivePolicy", AttributeValue }),
            "InvalidParameterException",
            /RedrivePolicy/,
          );
      },
    },
    {
      title: "a FIFO topic's dead-letter queue is a FIFO queue, and keeps the group",
      source: page("use an Amazon SQS FIFO queue as a dead-letter queue"),
      async run(aws) {
        const topic = await aws.topic(
          { FifoTopic: "true", ContentBasedDeduplication: "true" },
          `${aws.fresh("topic")}.fifo`,
        );
        const standard = await deadLetters(aws, topic);
        const queue = await aws.fifoQueue();
        await refused(
          aws.subscribe(topic, queue, { RedrivePolicy: standard.RedrivePolicy }),
          "InvalidParameterException",
          /RedrivePolicy/,
        );
        const { dead, RedrivePolicy } = await deadLetters(aws, topic, await aws.fifoQueue());
        await aws.subscribe(topic, queue, { RawMessageDelivery: "true", RedrivePolicy });
        await aws.sqs.deleteQueue({ QueueUrl: queue.url });
        await aws.sns.publish({ TopicArn: topic, Message: "x", MessageGroupId: "g" });
        expect(await aws.receive(dead)).toMatchObject([{ Body: "x", Attributes: { MessageGroupId: "g" } }]);
      },
    },
  ],
};
