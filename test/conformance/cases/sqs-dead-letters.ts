import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { type CreatedQueue, type Endpoint, refused } from "../endpoint.ts";

function redrive(dead: CreatedQueue, maxReceiveCount: number | string = 1) {
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount }) };
}

async function withDeadLetters(aws: Endpoint, attributes: Record<string, string> = {}) {
  const dead = await aws.queue();
  return { dead, source: await aws.queue({ ...attributes, ...redrive(dead) }) };
}

export const sqsDeadLetters: ConformanceGroup = {
  subject: "SQS: dead letters",
  cases: [
    {
      title: "a message moves to the dead-letter queue on the receive after the last allowed one",
      source: { quote: "When the ReceiveCount for a message exceeds the maxReceiveCount", page: "API_CreateQueue" },
      async run(aws) {
        const { dead, source } = await withDeadLetters(aws);
        const id = await aws.send(source, "x", { MessageAttributes: { a: { DataType: "String", StringValue: "1" } } });
        expect(await aws.bodies(source, { VisibilityTimeout: 0 })).toEqual(["x"]);
        expect(await aws.bodies(dead)).toEqual([]);
        expect(await aws.bodies(source)).toEqual([]);
        const [message] = await aws.receive(dead);
        expect(message).toMatchObject({ MessageId: id, Body: "x", MessageAttributes: { a: { StringValue: "1" } } });
      },
    },
    {
      title: "a dead letter tells the queue it came from, and all its receives",
      source: { quote: "received across all queues but not deleted", page: "API_ReceiveMessage" },
      async run(aws) {
        const { dead, source } = await withDeadLetters(aws);
        await aws.send(source, "x");
        await aws.receive(source, { VisibilityTimeout: 0 });
        await aws.receive(source);
        const [message] = await aws.receive(dead);
        expect(message?.Attributes).toMatchObject({
          DeadLetterQueueSourceArn: source.arn,
          ApproximateReceiveCount: "2",
        });
      },
    },
    {
      title: "a dead-letter queue that is not there is refused",
      source: "inferred",
      async run(aws) {
        const dead = await aws.queue();
        await refused(aws.queue(redrive({ ...dead, arn: `${dead.arn}-missing` })), "InvalidParameterValue");
      },
    },
    {
      title: "a RedrivePolicy needs both of its parameters",
      source: "inferred",
      async run(aws) {
        const dead = await aws.queue();
        await refused(
          aws.queue({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn }) }),
          "InvalidParameterValue",
        );
        await refused(aws.queue({ RedrivePolicy: JSON.stringify({ maxReceiveCount: 1 }) }), "InvalidParameterValue");
        await refused(aws.queue({ RedrivePolicy: "no JSON" }), "InvalidParameterValue");
      },
    },
    {
      title: "maxReceiveCount is 1 to 1,000, as a number or as text",
      source: "inferred",
      async run(aws) {
        const dead = await aws.queue();
        for (const count of [0, 1_001, 1.5, "x"])
          await refused(aws.queue(redrive(dead, count)), "InvalidParameterValue");
        for (const count of [1, "1000"]) await aws.queue(redrive(dead, count));
      },
    },
    {
      title: "the dead-letter queue of a standard queue is a standard queue",
      source: {
        quote: "the dead-letter queue of a standard queue must also be a standard queue",
        page: "API_CreateQueue",
      },
      async run(aws) {
        await refused(aws.queue(redrive(await aws.fifoQueue())), "InvalidParameterValue");
      },
    },
    {
      title: "the dead-letter queue of a FIFO queue is a FIFO queue",
      source: { quote: "The dead-letter queue of a FIFO queue must also be a FIFO queue", page: "API_CreateQueue" },
      async run(aws) {
        await refused(aws.fifoQueue(redrive(await aws.queue())), "InvalidParameterValue");
      },
    },
    {
      title: "an empty RedrivePolicy takes it away",
      source: "inferred",
      async run(aws) {
        const { dead, source } = await withDeadLetters(aws);
        await aws.sqs.setQueueAttributes({ QueueUrl: source.url, Attributes: { RedrivePolicy: "" } });
        await aws.send(source, "x");
        for (let receive = 0; receive < 3; receive++)
          expect(await aws.bodies(source, { VisibilityTimeout: 0 })).toEqual(["x"]);
        expect(await aws.bodies(dead)).toEqual([]);
      },
    },
    {
      title: "redrivePermission denyAll lets no queue use this one",
      source: { quote: "No source queues can specify this queue as the dead-letter queue", page: "API_CreateQueue" },
      async run(aws) {
        const dead = await aws.queue({ RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) });
        await refused(aws.queue(redrive(dead)), "InvalidParameterValue");
      },
    },
    {
      title: "redrivePermission byQueue lets the listed queues use this one",
      source: {
        quote: "Only queues specified by the sourceQueueArns parameter can specify this queue",
        page: "API_CreateQueue",
      },
      async run(aws) {
        const [listed, other, dead] = [await aws.queue(), await aws.queue(), await aws.queue()];
        const RedriveAllowPolicy = JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [listed.arn] });
        await aws.sqs.setQueueAttributes({ QueueUrl: dead.url, Attributes: { RedriveAllowPolicy } });
        await aws.sqs.setQueueAttributes({ QueueUrl: listed.url, Attributes: redrive(dead) });
        await refused(
          aws.sqs.setQueueAttributes({ QueueUrl: other.url, Attributes: redrive(dead) }),
          "InvalidParameterValue",
        );
      },
    },
    {
      title: "a RedriveAllowPolicy lists at most 10 queues, and only for byQueue",
      source: { quote: "You can specify up to 10 source queue ARNs", page: "API_CreateQueue" },
      async run(aws) {
        const { arn } = await aws.queue();
        const eleven = { redrivePermission: "byQueue", sourceQueueArns: Array.from({ length: 11 }, () => arn) };
        for (const policy of [
          eleven,
          { redrivePermission: "allowAll", sourceQueueArns: [arn] },
          { redrivePermission: "x" },
        ])
          await refused(aws.queue({ RedriveAllowPolicy: JSON.stringify(policy) }), "InvalidParameterValue");
      },
    },
    {
      title: "ListDeadLetterSourceQueues lists the queues that use this one, by pages",
      source: {
        quote: "queues that have the RedrivePolicy queue attribute configured with a dead-letter queue",
        page: "API_ListDeadLetterSourceQueues",
      },
      async run(aws) {
        const dead = await aws.queue();
        const sources = [await aws.queue(redrive(dead)), await aws.queue(redrive(dead))].map(({ url }) => url);
        const all = await aws.sqs.listDeadLetterSourceQueues({ QueueUrl: dead.url });
        expect(all.queueUrls?.sort()).toEqual(sources.sort());
        const first = await aws.sqs.listDeadLetterSourceQueues({ QueueUrl: dead.url, MaxResults: 1 });
        expect(first.queueUrls).toHaveLength(1);
        const { NextToken } = first;
        const second = await aws.sqs.listDeadLetterSourceQueues({ QueueUrl: dead.url, MaxResults: 1, NextToken });
        expect([...(first.queueUrls ?? []), ...(second.queueUrls ?? [])].sort()).toEqual(sources);
      },
    },
    {
      title: "a dead letter of a standard queue expires by the time it was first sent",
      source: { quote: "the enqueue timestamp is unchanged", page: "setting-up-dead-letter-queue-retention" },
      passes: 61_000,
      async run(aws) {
        const dead = await aws.queue({ MessageRetentionPeriod: "60" });
        const source = await aws.queue(redrive(dead));
        await aws.send(source, "x");
        await aws.pass(40_000);
        await aws.receive(source, { VisibilityTimeout: 0 });
        await aws.receive(source);
        await aws.pass(21_000);
        expect(await aws.bodies(dead)).toEqual([]);
      },
    },
    {
      title: "a dead letter of a FIFO queue expires by the time it was moved",
      source: {
        quote: "the enqueue timestamp resets when the message is moved",
        page: "setting-up-dead-letter-queue-retention",
      },
      passes: 61_000,
      async run(aws) {
        const dead = await aws.fifoQueue({ MessageRetentionPeriod: "60" });
        const source = await aws.fifoQueue({ ...redrive(dead), ContentBasedDeduplication: "true" });
        await aws.send(source, "x", { MessageGroupId: "a" });
        await aws.pass(40_000);
        await aws.receive(source, { VisibilityTimeout: 0 });
        await aws.receive(source);
        await aws.pass(21_000);
        expect(await aws.bodies(dead)).toEqual(["x"]);
      },
    },
    {
      title: "a dead letter of a FIFO queue bears its own id as deduplication id, and its group",
      source: {
        quote: "the original message's deduplication ID will be replaced with the original message's ID",
        page: "sqs-configure-dead-letter-queue-redrive",
      },
      async run(aws) {
        const dead = await aws.fifoQueue();
        const source = await aws.fifoQueue(redrive(dead));
        const id = await aws.send(source, "x", { MessageGroupId: "a", MessageDeduplicationId: "d" });
        await aws.receive(source, { VisibilityTimeout: 0 });
        await aws.receive(source);
        const [message] = await aws.receive(dead);
        expect(message?.Attributes).toMatchObject({ MessageDeduplicationId: id, MessageGroupId: "a" });
      },
    },
  ],
};
