import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { ConformanceGroup, Source } from "../conformance-case.ts";
import { type Endpoint, refused } from "../endpoint.ts";

const dedup = (quote: string): Source => ({ quote, page: "fifo-message-dedup" });
const fiveMinutes = 300_000;

async function fifoTopic(aws: Endpoint, attributes: Record<string, string> = {}) {
  return await aws.topic({ FifoTopic: "true", ...attributes }, `${aws.fresh("topic")}.fifo`);
}

async function fifoPair(aws: Endpoint, attributes: Record<string, string> = {}) {
  const topic = await fifoTopic(aws, attributes);
  const queue = await aws.fifoQueue();
  await aws.subscribe(topic, queue, { RawMessageDelivery: "true" });
  return { topic, queue };
}

export const snsFifo: ConformanceGroup = {
  subject: "SNS: FIFO topics",
  cases: [
    {
      title: "a FIFO topic says that it is one",
      source: { quote: "When this is set to true, a FIFO topic is created", page: "API_GetTopicAttributes" },
      async run(aws) {
        const TopicArn = await fifoTopic(aws);
        const { Attributes } = await aws.sns.getTopicAttributes({ TopicArn });
        expect(Attributes).toMatchObject({ FifoTopic: "true", ContentBasedDeduplication: "false" });
      },
    },
    {
      title: "a FIFO queue gets a group's messages in order, with group and deduplication id",
      source: {
        quote: "passes the group ID to the subscribed Amazon SQS FIFO queues",
        page: "fifo-message-grouping",
      },
      async run(aws) {
        const { topic, queue } = await fifoPair(aws);
        for (const id of ["1", "2", "3"])
          await aws.sns.publish({ TopicArn: topic, Message: id, MessageGroupId: "g", MessageDeduplicationId: id });
        const messages = await aws.receive(queue);
        expect(messages.map(({ Body }) => Body)).toEqual(["1", "2", "3"]);
        expect(messages[0]?.Attributes).toMatchObject({ MessageGroupId: "g", MessageDeduplicationId: "1" });
      },
    },
    {
      title: "a publish to a FIFO topic is answered with a growing sequence number",
      source: { quote: "SequenceNumber continues to increase for each MessageGroupId", page: "API_Publish" },
      async run(aws) {
        const { topic } = await fifoPair(aws);
        const publish = async (id: string) =>
          (await aws.sns.publish({ TopicArn: topic, Message: id, MessageGroupId: "g", MessageDeduplicationId: id }))
            .SequenceNumber ?? "";
        const [first, next] = [await publish("1"), await publish("2")];
        expect(first).toMatch(/^\d{20}$/);
        expect(BigInt(next)).toBeGreaterThan(BigInt(first));
      },
    },
    {
      title: "every message of a FIFO topic has a group",
      source: { quote: "Every message must include a MessageGroupId", page: "API_Publish" },
      async run(aws) {
        const TopicArn = await fifoTopic(aws, { ContentBasedDeduplication: "true" });
        await refused(aws.sns.publish({ TopicArn, Message: "x" }), "InvalidParameterException", /MessageGroupId/);
      },
    },
    {
      title: "a group has at most 128 characters",
      source: { quote: "can contain up to 128 alphanumeric characters", page: "API_Publish" },
      async run(aws) {
        const TopicArn = await fifoTopic(aws, { ContentBasedDeduplication: "true" });
        for (const MessageGroupId of ["a".repeat(129), "a b"])
          await refused(
            aws.sns.publish({ TopicArn, Message: "x", MessageGroupId }),
            "InvalidParameterException",
            /MessageGroupId/,
          );
      },
    },
    {
      title: "without content-based deduplication a message has a deduplication id",
      source: {
        quote: "topic doesn't have ContentBasedDeduplication set, the action fails with an error",
        page: "API_Publish",
      },
      async run(aws) {
        await refused(
          aws.sns.publish({ TopicArn: await fifoTopic(aws), Message: "x", MessageGroupId: "g" }),
          "InvalidParameterException",
          /ContentBasedDeduplication/,
        );
      },
    },
    {
      title: "a message with the same deduplication id is accepted and not delivered, also of another group",
      source: dedup("applies to an entire SNS FIFO topic, not to an individual message group"),
      async run(aws) {
        const { topic, queue } = await fifoPair(aws);
        for (const MessageGroupId of ["g", "h"])
          await aws.sns.publish({ TopicArn: topic, Message: "x", MessageGroupId, MessageDeduplicationId: "1" });
        expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "a FIFO topic forgets deduplication ids after five minutes",
      source: dedup("within the five-minute deduplication interval, is accepted but not delivered"),
      passes: fiveMinutes,
      async run(aws) {
        const topic = await fifoTopic(aws);
        const queue = await aws.queue();
        await aws.subscribe(topic, queue, { RawMessageDelivery: "true" });
        const publish = (Message: string) =>
          aws.sns.publish({ TopicArn: topic, Message, MessageGroupId: "g", MessageDeduplicationId: "1" });
        await publish("1");
        await aws.pass(fiveMinutes - 10_000);
        await publish("2");
        await aws.pass(10_000);
        await publish("3");
        expect((await aws.bodies(queue)).toSorted()).toEqual(["1", "3"]);
      },
    },
    {
      title: "content-based deduplication goes by the SHA-256 hash of the body, not by attributes",
      source: { quote: "using the body of the message (but not the attributes of the message)", page: "API_Publish" },
      async run(aws) {
        const { topic, queue } = await fifoPair(aws, { ContentBasedDeduplication: "true" });
        for (const [Message, kind] of [
          ["same", "a"],
          ["same", "b"],
          ["other", "a"],
        ] as const)
          await aws.sns.publish({
            TopicArn: topic,
            Message,
            MessageGroupId: "g",
            MessageAttributes: { kind: { DataType: "String", StringValue: kind } },
          });
        const messages = await aws.receive(queue);
        expect(messages.map(({ Body }) => Body)).toEqual(["same", "other"]);
        expect(messages[0]?.Attributes).toMatchObject({
          MessageDeduplicationId: createHash("sha256").update("same").digest("hex"),
        });
      },
    },
    {
      title: "with the throughput scope MessageGroup each group has its own deduplication ids",
      source: { quote: "The scope of deduplication is within each individual message group", page: "API_CreateTopic" },
      async run(aws) {
        const topic = await fifoTopic(aws, { FifoThroughputScope: "MessageGroup" });
        const queue = await aws.queue();
        await aws.subscribe(topic, queue, { RawMessageDelivery: "true" });
        for (const MessageGroupId of ["g", "h", "h"])
          await aws.sns.publish({
            TopicArn: topic,
            Message: MessageGroupId,
            MessageGroupId,
            MessageDeduplicationId: "1",
          });
        expect((await aws.bodies(queue)).toSorted()).toEqual(["g", "h"]);
      },
    },
    {
      title: "a batch to a FIFO topic keeps its order, and is deduplicated within",
      source: {
        quote: "messages are deduplicated within the batch and across batches for five minutes",
        page: "API_PublishBatch",
      },
      async run(aws) {
        const { topic, queue } = await fifoPair(aws);
        const { Successful = [] } = await aws.sns.publishBatch({
          TopicArn: topic,
          PublishBatchRequestEntries: ["1", "2", "1"].map((id, index) => ({
            Id: `e${index}`,
            Message: id,
            MessageGroupId: "g",
            MessageDeduplicationId: id,
          })),
        });
        expect(Successful).toHaveLength(3);
        expect(await aws.bodies(queue)).toEqual(["1", "2"]);
      },
    },
    {
      title: "a standard queue of a FIFO topic gets no group",
      source: { quote: "Message group ID is not passed to Amazon SQS standard queues", page: "fifo-message-grouping" },
      async run(aws) {
        const topic = await fifoTopic(aws, { ContentBasedDeduplication: "true" });
        const queue = await aws.queue();
        await aws.subscribe(topic, queue, { RawMessageDelivery: "true" });
        await aws.sns.publish({ TopicArn: topic, Message: "x", MessageGroupId: "g" });
        const [message] = await aws.receive(queue);
        expect(message?.Body).toBe("x");
        expect(message?.Attributes).not.toHaveProperty("MessageGroupId");
      },
    },
    {
      title: "a FIFO queue cannot be subscribed to a standard topic",
      source: "inferred",
      async run(aws) {
        const queue = await aws.fifoQueue();
        await refused(
          aws.sns.subscribe({ TopicArn: await aws.topic(), Protocol: "sqs", Endpoint: queue.arn }),
          "InvalidParameterException",
          /FIFO SQS Queues can not be subscribed to standard SNS topics/,
        );
      },
    },
    {
      title: "an HTTP endpoint cannot be subscribed to a FIFO topic",
      source: {
        quote: "Attempts to subscribe customer managed endpoints to SNS FIFO topics result in errors",
        page: "fifo-message-delivery",
      },
      async run(aws) {
        await refused(
          aws.sns.subscribe({ TopicArn: await fifoTopic(aws), Protocol: "http", Endpoint: "http://127.0.0.1/x" }),
          "InvalidParameterException",
        );
      },
    },
    {
      title: "filter policies hold for FIFO topics",
      source: {
        quote: "SNS FIFO topics support the same message filtering capabilities as standard topics",
        page: "fifo-message-delivery",
      },
      async run(aws) {
        const topic = await fifoTopic(aws, { ContentBasedDeduplication: "true" });
        const queue = await aws.fifoQueue();
        await aws.subscribe(topic, queue, {
          RawMessageDelivery: "true",
          FilterPolicyScope: "MessageBody",
          FilterPolicy: '{"n":[{"numeric":[">",1]}]}',
        });
        for (const Message of ['{"n":1}', '{"n":2}'])
          await aws.sns.publish({ TopicArn: topic, Message, MessageGroupId: "g" });
        expect(await aws.bodies(queue)).toEqual(['{"n":2}']);
      },
    },
  ],
};
