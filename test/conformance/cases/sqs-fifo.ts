import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { type CreatedQueue, type Endpoint, refused } from "../endpoint.ts";

let sent = 0;

/** Sends to a group, each with a deduplication id of its own. */
async function send(aws: Endpoint, queue: CreatedQueue, group: string, body: string, more: object = {}) {
  return await aws.sqs.sendMessage({
    QueueUrl: queue.url,
    MessageBody: body,
    MessageGroupId: group,
    MessageDeduplicationId: `id-${++sent}`,
    ...more,
  });
}

async function remove(aws: Endpoint, queue: CreatedQueue, messages: readonly { ReceiptHandle?: string | undefined }[]) {
  for (const { ReceiptHandle } of messages) await aws.sqs.deleteMessage({ QueueUrl: queue.url, ReceiptHandle });
}

export const sqsFifo: ConformanceGroup = {
  subject: "SQS: FIFO queues",
  cases: [
    {
      title: "the name of a FIFO queue ends with .fifo",
      source: { quote: "A FIFO queue name must end with the .fifo suffix", page: "API_CreateQueue" },
      async run(aws) {
        await refused(aws.queue({ FifoQueue: "true" }), "InvalidParameterValue");
      },
    },
    {
      title: "a name that ends with .fifo needs the attribute FifoQueue",
      source: {
        quote: "If you don't specify the FifoQueue attribute, Amazon SQS creates a standard queue",
        page: "API_CreateQueue",
      },
      async run(aws) {
        await refused(aws.queue({}, `${aws.fresh("queue")}.fifo`), "InvalidParameterValue");
      },
    },
    {
      title: "the suffix counts towards the 80 characters of a name",
      source: { quote: "A queue name can have up to 80 characters", page: "API_CreateQueue" },
      async run(aws) {
        await refused(aws.queue({ FifoQueue: "true" }, `${"x".repeat(76)}.fifo`), "InvalidParameterValue");
      },
    },
    {
      title: "a FIFO queue says so in its attributes, with the defaults of its kind",
      source: { quote: "Returns information about whether the queue is FIFO", page: "API_GetQueueAttributes" },
      async run(aws) {
        const { url } = await aws.fifoQueue();
        const { Attributes } = await aws.sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ["All"] });
        expect(Attributes).toMatchObject({
          FifoQueue: "true",
          ContentBasedDeduplication: "false",
          DeduplicationScope: "queue",
          FifoThroughputLimit: "perQueue",
        });
      },
    },
    {
      title: "attributes of FIFO queues are refused on standard ones",
      source: {
        quote: "The following attributes apply only to FIFO (first-in-first-out) queues",
        page: "API_CreateQueue",
      },
      async run(aws) {
        await refused(aws.queue({ ContentBasedDeduplication: "true" }), "InvalidAttributeName");
      },
    },
    {
      title: "the type of a queue cannot be changed",
      source: { quote: "You can't change it for an existing queue", page: "API_CreateQueue" },
      async run(aws) {
        const { url } = await aws.queue();
        await refused(
          aws.sqs.setQueueAttributes({ QueueUrl: url, Attributes: { FifoQueue: "true" } }),
          "InvalidAttributeValue",
        );
      },
    },
    {
      title: "perMessageGroupId needs deduplication by message group",
      source: { quote: "allowed only when the value for DeduplicationScope is messageGroup", page: "API_CreateQueue" },
      async run(aws) {
        await refused(aws.fifoQueue({ FifoThroughputLimit: "perMessageGroupId" }), "InvalidAttributeValue");
        await aws.fifoQueue({ FifoThroughputLimit: "perMessageGroupId", DeduplicationScope: "messageGroup" });
      },
    },
    {
      title: "a message without MessageGroupId is refused",
      source: {
        quote: "If you do not provide a MessageGroupId when sending a message to a FIFO queue, the action fails",
        page: "API_SendMessage",
      },
      async run(aws) {
        const queue = await aws.fifoQueue();
        await refused(aws.send(queue, "x", { MessageDeduplicationId: "d" }), "MissingParameter");
      },
    },
    {
      title: "a message without MessageDeduplicationId is refused, unless the content decides",
      source: {
        quote: "the queue doesn't have ContentBasedDeduplication set, the action fails with an error",
        page: "API_SendMessage",
      },
      async run(aws) {
        const queue = await aws.fifoQueue();
        await refused(aws.send(queue, "x", { MessageGroupId: "a" }), "InvalidParameterValue");
      },
    },
    {
      title: "a MessageDeduplicationId is refused on a standard queue",
      source: { quote: "This parameter applies only to FIFO (first-in-first-out) queues", page: "API_SendMessage" },
      async run(aws) {
        await refused(aws.send(await aws.queue(), "x", { MessageDeduplicationId: "d" }), "InvalidParameterValue");
      },
    },
    {
      title: "a delay of a single message is refused",
      source: { quote: "When you set FifoQueue, you can't set DelaySeconds per message", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.fifoQueue();
        await refused(send(aws, queue, "a", "x", { DelaySeconds: 1 }), "InvalidParameterValue");
      },
    },
    {
      title: "group ids and deduplication ids have at most 128 letters, digits and punctuation marks",
      source: { quote: "The maximum length of MessageDeduplicationId is 128 characters", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.fifoQueue();
        await send(aws, queue, "!\"#$%&'()*+,-./:;?@[\\]^_`{|}~", "x");
        for (const id of ["x".repeat(129), "with space", "ü", ""]) {
          await refused(send(aws, queue, id, "x"), "InvalidParameterValue");
          await refused(send(aws, queue, "a", "x", { MessageDeduplicationId: id }), "InvalidParameterValue");
        }
      },
    },
    {
      title: "messages of a group come in the order they were sent",
      source: {
        quote: "received and processed in the exact order they were transmitted",
        page: "FIFO-queues-understanding-logic",
      },
      async run(aws) {
        const queue = await aws.fifoQueue();
        for (const body of ["1", "2", "3"]) await send(aws, queue, "a", body);
        const bodies: string[] = [];
        for (let receive = 0; receive < 3; receive++) {
          const messages = await aws.receive(queue, { MaxNumberOfMessages: 1 });
          bodies.push(...messages.map(({ Body = "" }) => Body));
          await remove(aws, queue, messages);
        }
        expect(bodies).toEqual(["1", "2", "3"]);
      },
    },
    {
      title: "several messages of one group come in one receive",
      source: { quote: "For each MessageGroupId, the messages are sorted by time sent", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.fifoQueue();
        for (const body of ["1", "2", "3"]) await send(aws, queue, "a", body);
        expect(await aws.bodies(queue)).toEqual(["1", "2", "3"]);
      },
    },
    {
      title: "one receive takes as many of one group as it can before it turns to another",
      source: "inferred",
      async run(aws) {
        const queue = await aws.fifoQueue();
        for (const [group, body] of [
          ["a", "a1"],
          ["b", "b1"],
          ["a", "a2"],
          ["b", "b2"],
        ] as const)
          await send(aws, queue, group, body);
        expect(await aws.bodies(queue)).toEqual(["a1", "a2", "b1", "b2"]);
      },
    },
    {
      title: "while a message of a group is in flight, no other of the group is received, but those of others are",
      source: {
        quote: "no more messages belonging to the same MessageGroupId are returned",
        page: "API_ReceiveMessage",
      },
      async run(aws) {
        const queue = await aws.fifoQueue();
        for (const [group, body] of [
          ["a", "a1"],
          ["a", "a2"],
          ["b", "b1"],
        ] as const)
          await send(aws, queue, group, body);
        expect(await aws.bodies(queue, { MaxNumberOfMessages: 1 })).toEqual(["a1"]);
        expect(await aws.bodies(queue)).toEqual(["b1"]);
        expect(await aws.bodies(queue)).toEqual([]);
      },
    },
    {
      title: "a group goes on when all of its messages in flight are deleted",
      source: { quote: "always processed one at a time, in strict order", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.fifoQueue();
        for (const body of ["1", "2", "3"]) await send(aws, queue, "a", body);
        const messages = await aws.receive(queue, { MaxNumberOfMessages: 2 });
        await remove(aws, queue, messages.slice(0, 1));
        expect(await aws.bodies(queue)).toEqual([]);
        await remove(aws, queue, messages.slice(1));
        expect(await aws.bodies(queue)).toEqual(["3"]);
      },
    },
    {
      title: "messages that become visible again come first, in their order",
      source: { quote: "the messages in the queue remain in a strict order", page: "API_ReceiveMessage" },
      async run(aws) {
        const queue = await aws.fifoQueue();
        for (const body of ["1", "2", "3"]) await send(aws, queue, "a", body);
        const messages = await aws.receive(queue, { MaxNumberOfMessages: 2 });
        for (const { ReceiptHandle } of messages.toReversed())
          await aws.sqs.changeMessageVisibility({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 0 });
        expect(await aws.bodies(queue)).toEqual(["1", "2", "3"]);
      },
    },
    {
      title: "a waiting long poll gets the next message of a group when the one in flight is deleted",
      source: "inferred",
      async run(aws) {
        const queue = await aws.fifoQueue();
        for (const body of ["1", "2"]) await send(aws, queue, "a", body);
        const first = await aws.receive(queue, { MaxNumberOfMessages: 1 });
        const poll = aws.bodies(queue, { WaitTimeSeconds: 20 });
        await remove(aws, queue, first);
        expect(await poll).toEqual(["2"]);
      },
    },
    {
      title: "a message sent again within five minutes is accepted, and not delivered",
      source: {
        quote: "are accepted successfully but aren't delivered during the 5-minute deduplication interval",
        page: "API_SendMessage",
      },
      async run(aws) {
        const queue = await aws.fifoQueue();
        const first = await send(aws, queue, "a", "x", { MessageDeduplicationId: "same" });
        const second = await send(aws, queue, "a", "other body", { MessageDeduplicationId: "same" });
        expect(second.MessageId).toBe(first.MessageId);
        expect(second.SequenceNumber).toBe(first.SequenceNumber);
        expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "a message sent again after its first was deleted is not delivered either",
      source: {
        quote: "continues to keep track of the message deduplication ID even after the message is received and deleted",
        page: "API_SendMessage",
      },
      async run(aws) {
        const queue = await aws.fifoQueue();
        await send(aws, queue, "a", "x", { MessageDeduplicationId: "same" });
        await remove(aws, queue, await aws.receive(queue));
        await send(aws, queue, "a", "x", { MessageDeduplicationId: "same" });
        expect(await aws.bodies(queue)).toEqual([]);
      },
    },
    {
      title: "a message sent again after five minutes is delivered",
      source: {
        quote: "after the deduplication interval, Amazon SQS can't detect duplicate messages",
        page: "API_SendMessage",
      },
      passes: 300_000,
      async run(aws) {
        const queue = await aws.fifoQueue();
        const same = { MessageDeduplicationId: "same" };
        await send(aws, queue, "a", "x", same);
        await aws.pass(270_000);
        await send(aws, queue, "a", "x", same);
        expect(await aws.bodies(queue, { VisibilityTimeout: 0 })).toEqual(["x"]);
        await aws.pass(30_000);
        await send(aws, queue, "a", "x", same);
        expect(await aws.bodies(queue)).toEqual(["x", "x"]);
      },
    },
    {
      title: "content-based deduplication takes the SHA-256 of the body, not of the attributes",
      source: {
        quote: "using the body of the message (but not the attributes of the message)",
        page: "API_SendMessage",
      },
      async run(aws) {
        const queue = await aws.fifoQueue({ ContentBasedDeduplication: "true" });
        await aws.send(queue, "x", { MessageGroupId: "a" });
        const MessageAttributes = { other: { DataType: "String", StringValue: "1" } };
        await aws.send(queue, "x", { MessageGroupId: "a", MessageAttributes });
        const messages = await aws.receive(queue);
        expect(messages.map(({ Attributes }) => Attributes?.MessageDeduplicationId)).toEqual([
          createHash("sha256").update("x").digest("hex"),
        ]);
      },
    },
    {
      title: "a given deduplication id takes the place of the content's",
      source: { quote: "your MessageDeduplicationId overrides the generated one", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.fifoQueue({ ContentBasedDeduplication: "true" });
        await send(aws, queue, "a", "x");
        await send(aws, queue, "a", "x");
        expect(await aws.bodies(queue)).toEqual(["x", "x"]);
      },
    },
    {
      title: "a given deduplication id that is the content's makes a duplicate",
      source: { quote: "the same as the one generated for the first MessageDeduplicationId", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.fifoQueue({ ContentBasedDeduplication: "true" });
        await aws.send(queue, "x", { MessageGroupId: "a" });
        await send(aws, queue, "a", "y", { MessageDeduplicationId: createHash("sha256").update("x").digest("hex") });
        expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "duplicates are found across groups, or within each, as the scope says",
      source: {
        quote: "whether message deduplication occurs at the message group or queue level",
        page: "API_CreateQueue",
      },
      async run(aws) {
        const same = { MessageDeduplicationId: "same" };
        const across = await aws.fifoQueue();
        const within = await aws.fifoQueue({ DeduplicationScope: "messageGroup" });
        for (const queue of [across, within])
          for (const group of ["a", "b", "b"]) await send(aws, queue, group, group, same);
        expect(await aws.bodies(across)).toEqual(["a"]);
        expect(await aws.bodies(within)).toEqual(["a", "b"]);
      },
    },
    {
      title: "a message bears its group, its deduplication id and a sequence number that grows",
      source: {
        quote: "SequenceNumber continues to increase for a particular MessageGroupId",
        page: "API_SendMessage",
      },
      async run(aws) {
        const queue = await aws.fifoQueue();
        const first = await send(aws, queue, "a", "1", { MessageDeduplicationId: "d" });
        const second = await send(aws, queue, "a", "2");
        expect(BigInt(second.SequenceNumber ?? 0) > BigInt(first.SequenceNumber ?? 0)).toBe(true);
        const [message] = await aws.receive(queue);
        expect(message?.Attributes).toMatchObject({
          MessageGroupId: "a",
          MessageDeduplicationId: "d",
          SequenceNumber: first.SequenceNumber,
        });
      },
    },
    {
      title: "a sequence number has 20 digits",
      source: "inferred",
      async run(aws) {
        const { SequenceNumber } = await send(aws, await aws.fifoQueue(), "a", "x");
        expect(SequenceNumber).toMatch(/^\d{20}$/);
      },
    },
    {
      title: "a batch is enqueued in its order",
      source: {
        quote: "multiple messages within a single batch are enqueued in the order they are sent",
        page: "API_SendMessageBatch",
      },
      async run(aws) {
        const queue = await aws.fifoQueue({ ContentBasedDeduplication: "true" });
        const bodies = ["1", "2", "3", "4"];
        await aws.sqs.sendMessageBatch({
          QueueUrl: queue.url,
          Entries: bodies.map((MessageBody) => ({ Id: MessageBody, MessageBody, MessageGroupId: "a" })),
        });
        expect(await aws.bodies(queue)).toEqual(bodies);
      },
    },
    {
      title: "a receive tried again with its attempt id gets the same messages and handles",
      source: { quote: "return the same messages and receipt handles", page: "API_ReceiveMessage" },
      async run(aws) {
        const queue = await aws.fifoQueue();
        for (const body of ["1", "2"]) await send(aws, queue, "a", body);
        const first = await aws.receive(queue, { ReceiveRequestAttemptId: "attempt" });
        const again = await aws.receive(queue, { ReceiveRequestAttemptId: "attempt" });
        expect(first).toHaveLength(2);
        expect(again.map(({ ReceiptHandle }) => ReceiptHandle)).toEqual(
          first.map(({ ReceiptHandle }) => ReceiptHandle),
        );
      },
    },
    {
      title: "a receive cannot be tried again when one of its messages was deleted",
      source: {
        quote: "if none of the messages have been modified (deleted or had their visibility changes)",
        page: "API_ReceiveMessage",
      },
      async run(aws) {
        const queue = await aws.fifoQueue();
        for (const body of ["1", "2"]) await send(aws, queue, "a", body);
        const first = await aws.receive(queue, { ReceiveRequestAttemptId: "attempt" });
        await remove(aws, queue, first.slice(0, 1));
        expect(await aws.receive(queue, { ReceiveRequestAttemptId: "attempt" })).toEqual([]);
      },
    },
    {
      title: "a message cannot be deleted once its visibility timeout is over",
      source: {
        quote: "tries to delete the processed messages, the action fails with an error",
        page: "API_ReceiveMessage",
      },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.fifoQueue({ VisibilityTimeout: "1" });
        await send(aws, queue, "a", "x");
        const messages = await aws.receive(queue);
        await aws.pass(1_000);
        await refused(remove(aws, queue, messages), "InvalidParameterValue", /The receipt handle has expired/);
      },
    },
    {
      title: "a new delay of a FIFO queue is applied to what is there",
      source: {
        quote: "changing the setting affects the delay of messages already in the queue",
        page: "sqs-delay-queues",
      },
      async run(aws) {
        const queue = await aws.fifoQueue({ DelaySeconds: "900" });
        await send(aws, queue, "a", "x");
        expect(await aws.bodies(queue)).toEqual([]);
        await aws.sqs.setQueueAttributes({ QueueUrl: queue.url, Attributes: { DelaySeconds: "0" } });
        expect(await aws.bodies(queue, { WaitTimeSeconds: 1 })).toEqual(["x"]);
      },
    },
  ],
};
