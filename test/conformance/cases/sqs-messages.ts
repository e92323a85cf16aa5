import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";

const typed = {
  text: { DataType: "String", StringValue: "ü" },
  count: { DataType: "Number", StringValue: "7" },
  bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2, 255]) },
};

/** As the Developer Guide tells to calculate it. */
function md5OfText(name: string, type: string, value: string): string {
  const hash = createHash("md5");
  const add = (text: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    hash.update(length).update(text);
  };
  add(name);
  add(type);
  hash.update(Buffer.from([1]));
  add(value);
  return hash.digest("hex");
}

export const sqsMessages: ConformanceGroup = {
  subject: "SQS: messages",
  cases: [
    {
      title: "a body comes back as it was sent, with the message's id and an MD5",
      source: {
        quote: "The MessageId you received when you sent the message to the queue",
        page: "API_ReceiveMessage",
      },
      async run(aws) {
        const queue = await aws.queue();
        const body = '<hello> & ü \u{1F600}\n\t"quoted"';
        const id = await aws.send(queue, body);
        const [message] = await aws.receive(queue);
        expect(message).toMatchObject({
          MessageId: id,
          Body: body,
          MD5OfBody: createHash("md5").update(body).digest("hex"),
        });
      },
    },
    {
      title: "typed attributes come back as they were sent",
      source: { quote: "logical data types: String, Number, and Binary", page: "API_MessageAttributeValue" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x", { MessageAttributes: typed });
        expect((await aws.receive(queue))[0]?.MessageAttributes).toEqual(typed);
      },
    },
    {
      title: "a type can bear a label",
      source: { quote: "You can also append custom labels", page: "API_MessageAttributeValue" },
      async run(aws) {
        const queue = await aws.queue();
        const MessageAttributes = { price: { DataType: "Number.float", StringValue: "1.5" } };
        await aws.send(queue, "x", { MessageAttributes });
        expect((await aws.receive(queue))[0]?.MessageAttributes).toEqual(MessageAttributes);
      },
    },
    {
      title: "attributes are left out when they are not asked for",
      source: { quote: "you can send a list of attribute names to receive", page: "API_ReceiveMessage" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x", { MessageAttributes: typed });
        const [message] = await aws.receive(queue, { MessageAttributeNames: [], MessageSystemAttributeNames: [] });
        expect(message?.MessageAttributes).toBeUndefined();
        expect(message?.Attributes).toBeUndefined();
      },
    },
    {
      title: "attributes can be asked for by name",
      source: { quote: "you can send a list of attribute names to receive", page: "API_ReceiveMessage" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x", { MessageAttributes: typed });
        const [message] = await aws.receive(queue, { MessageAttributeNames: ["text", "missing"] });
        expect(Object.keys(message?.MessageAttributes ?? {})).toEqual(["text"]);
      },
    },
    {
      title: "attributes can be asked for by prefix",
      source: { quote: "all message attributes starting with a prefix, for example bar.*", page: "API_ReceiveMessage" },
      async run(aws) {
        const queue = await aws.queue();
        const value = { DataType: "String", StringValue: "1" };
        await aws.send(queue, "x", { MessageAttributes: { "bar.a": value, "bar.b": value, other: value } });
        const [message] = await aws.receive(queue, { MessageAttributeNames: ["bar.*"] });
        expect(Object.keys(message?.MessageAttributes ?? {}).sort()).toEqual(["bar.a", "bar.b"]);
      },
    },
    {
      title: "all attributes can be asked for by .*",
      source: { quote: "by specifying All or .* in your request", page: "API_ReceiveMessage" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x", { MessageAttributes: typed });
        const [message] = await aws.receive(queue, { MessageAttributeNames: [".*"] });
        expect(Object.keys(message?.MessageAttributes ?? {}).sort()).toEqual(["bytes", "count", "text"]);
      },
    },
    {
      title: "a send answers with the MD5 of its attributes",
      source: { quote: "An MD5 digest of the non-URL-encoded message attribute string", page: "API_SendMessage" },
      async run(aws) {
        const { url } = await aws.queue();
        const answer = await aws.sqs.sendMessage({
          QueueUrl: url,
          MessageBody: "x",
          MessageAttributes: { text: { DataType: "String", StringValue: "value" } },
        });
        expect(answer.MD5OfMessageAttributes).toBe(md5OfText("text", "String", "value"));
      },
    },
    {
      title: "AWSTraceHeader is taken with its MD5, and returned when asked for",
      source: { quote: "the only supported message system attribute is AWSTraceHeader", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.queue();
        const header = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
        const answer = await aws.sqs.sendMessage({
          QueueUrl: queue.url,
          MessageBody: "x",
          MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: header } },
        });
        expect(answer.MD5OfMessageSystemAttributes).toBe(md5OfText("AWSTraceHeader", "String", header));
        const [message] = await aws.receive(queue);
        expect(message?.Attributes).toMatchObject({ AWSTraceHeader: header });
      },
    },
    {
      title: "system attributes tell the sender, the times and the receives",
      source: {
        quote: "Returns the number of times a message has been received across all queues",
        page: "API_ReceiveMessage",
      },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x");
        const [first] = await aws.receive(queue, { VisibilityTimeout: 0 });
        const [second] = await aws.receive(queue);
        const { SenderId, SentTimestamp, ApproximateFirstReceiveTimestamp, ...rest } = second?.Attributes ?? {};
        expect(SenderId).toMatch(/./);
        expect(SentTimestamp).toMatch(/^\d{13}$/);
        expect(ApproximateFirstReceiveTimestamp).toBe(first?.Attributes?.ApproximateFirstReceiveTimestamp);
        expect(rest).toMatchObject({ ApproximateReceiveCount: "2" });
      },
    },
    {
      title: "system attributes can be asked for by the old parameter too",
      source: {
        quote: "has been discontinued but will be supported for backward compatibility",
        page: "API_ReceiveMessage",
      },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue, {
          MessageSystemAttributeNames: [],
          AttributeNames: ["ApproximateReceiveCount"],
        });
        expect(message?.Attributes).toEqual({ ApproximateReceiveCount: "1" });
      },
    },
    {
      title: "a receive without a number gets one message",
      source: { quote: "Valid values: 1 to 10. Default: 1", page: "API_ReceiveMessage" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "a");
        await aws.send(queue, "b");
        const { Messages } = await aws.sqs.receiveMessage({ QueueUrl: queue.url });
        expect(Messages).toHaveLength(1);
      },
    },
    {
      title: "a message group id on a standard queue is kept, and holds nothing back",
      source: { quote: "messages with the same MessageGroupId can be processed in parallel", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "a", { MessageGroupId: "tenant" });
        await aws.send(queue, "b", { MessageGroupId: "tenant" });
        const [first] = await aws.receive(queue, { MaxNumberOfMessages: 1 });
        expect(first?.Attributes).toMatchObject({ MessageGroupId: "tenant" });
        expect(await aws.bodies(queue)).toEqual(["b"]);
      },
    },
    {
      title: "a deleted message does not come back",
      source: { quote: "Deletes the specified message from the specified queue", page: "API_DeleteMessage" },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.queue({ VisibilityTimeout: "1" });
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue);
        await aws.sqs.deleteMessage({ QueueUrl: queue.url, ReceiptHandle: message?.ReceiptHandle });
        await aws.pass(1_000);
        expect(await aws.bodies(queue)).toEqual([]);
      },
    },
    {
      title: "each receive gives another receipt handle, and an old one deletes nothing",
      source: { quote: "If you use an old ReceiptHandle, the request will succeed", page: "API_DeleteMessage" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x");
        const [first] = await aws.receive(queue, { VisibilityTimeout: 0 });
        const [second] = await aws.receive(queue, { VisibilityTimeout: 0 });
        expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
        await aws.sqs.deleteMessage({ QueueUrl: queue.url, ReceiptHandle: first?.ReceiptHandle });
        expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "a message can be deleted although another consumer may have it",
      source: {
        quote: "even if a visibility timeout setting causes the message to be locked",
        page: "API_DeleteMessage",
      },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue, { VisibilityTimeout: 0 });
        await aws.sqs.deleteMessage({ QueueUrl: queue.url, ReceiptHandle: message?.ReceiptHandle });
        expect(await aws.bodies(queue)).toEqual([]);
      },
    },
    {
      title: "deleting twice is fine",
      source: "inferred",
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue);
        const input = { QueueUrl: queue.url, ReceiptHandle: message?.ReceiptHandle };
        await aws.sqs.deleteMessage(input);
        await aws.sqs.deleteMessage(input);
      },
    },
    {
      title: "a message is hidden for its own delay",
      source: { quote: "become available for processing after the delay period is finished", page: "API_SendMessage" },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "later", { DelaySeconds: 1 });
        expect(await aws.bodies(queue)).toEqual([]);
        await aws.pass(1_000);
        expect(await aws.bodies(queue)).toEqual(["later"]);
      },
    },
    {
      title: "a message is hidden for its queue's delay, unless it has its own",
      source: {
        quote: "If you don't specify a value, the default value for the queue applies",
        page: "API_SendMessage",
      },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.queue({ DelaySeconds: "1" });
        await aws.send(queue, "later");
        await aws.send(queue, "now", { DelaySeconds: 0 });
        expect(await aws.bodies(queue)).toEqual(["now"]);
        await aws.pass(1_000);
        expect(await aws.bodies(queue)).toEqual(["later"]);
      },
    },
    {
      title: "a new delay of a standard queue does not touch what is there",
      source: {
        quote: "changing the setting doesn't affect the delay of messages already in the queue",
        page: "sqs-delay-queues",
      },
      async run(aws) {
        const queue = await aws.queue({ DelaySeconds: "900" });
        await aws.send(queue, "later");
        await aws.sqs.setQueueAttributes({ QueueUrl: queue.url, Attributes: { DelaySeconds: "0" } });
        expect(await aws.bodies(queue)).toEqual([]);
      },
    },
    {
      title: "a message is deleted when its retention period is over",
      source: {
        quote: "automatically deletes messages left in a queue longer than the retention period",
        page: "API_DeleteMessage",
      },
      passes: 61_000,
      async run(aws) {
        const queue = await aws.queue({ MessageRetentionPeriod: "60" });
        await aws.send(queue, "old");
        await aws.pass(30_000);
        await aws.send(queue, "young");
        await aws.pass(31_000);
        expect(await aws.bodies(queue)).toEqual(["young"]);
      },
    },
    {
      title: "a shorter retention period deletes what is older than it",
      source: { quote: "will impact existing messages in the queue", page: "API_SetQueueAttributes" },
      passes: 61_000,
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "old");
        await aws.pass(61_000);
        await aws.sqs.setQueueAttributes({ QueueUrl: queue.url, Attributes: { MessageRetentionPeriod: "60" } });
        // the change itself can take time
        await aws.pass(1_000);
        expect(await aws.bodies(queue)).toEqual([]);
      },
    },
  ],
};
