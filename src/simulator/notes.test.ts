/** The stream of what becomes of messages, as people read it in a timeline. */
import { beforeEach, expect, test } from "vitest";
import { HttpReceiver } from "../../test/conformance/http-receiver.ts";
import { pausedSimulator } from "../../test/support/paused-simulator.ts";
import type { QueueClient } from "../../test/support/queue-client.ts";
import type { BrokerNote } from "../contracts/index.ts";
import type { AwsSimulator } from "./index.ts";

let simulator: AwsSimulator;
let client: QueueClient;
let notes: BrokerNote[];
const texts = () => notes.map(({ text }) => text);
const traceId = `77616b65${"a".repeat(24)}`;
const traceparent = { DataType: "String", StringValue: `00-${traceId}-00f067aa0ba902b7-01` };

beforeEach(async () => {
  ({ simulator, client } = await pausedSimulator());
  notes = [];
  simulator.notes((note) => notes.push(note));
});

test("a message that is given up in the end: each step, with its id and its trace", async () => {
  await client.queue("dead");
  const deadLetterTargetArn = "arn:aws:sqs:eu-west-1:000000000000:dead";
  const QueueUrl = await client.queue("orders", {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 }),
  });
  const { MessageId: messageId } = await client.sqs.sendMessage({
    QueueUrl,
    MessageBody: "x",
    DelaySeconds: 5,
    MessageAttributes: { traceparent },
  });
  await simulator.advance("5s");
  const [first] = await client.receive("orders");
  await client.sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle: first?.receipt, VisibilityTimeout: 0 });
  await client.receive("orders");
  await simulator.advance("30s");
  await client.receive("orders");
  const [dead] = await client.receive("dead");
  await client.delete("dead", dead?.receipt ?? "");
  expect(texts()).toEqual([
    "visible on queue orders, after its delay",
    "simulator: time advanced by 5 s",
    "taken from queue orders (receive 1)",
    "back on queue orders after 0 ms: its consumer gave it back",
    "taken from queue orders (receive 2)",
    "back on queue orders after 30 s: it was not acknowledged",
    "simulator: time advanced by 30 s",
    "given up by queue orders after receive 2, to dead",
    "taken from queue dead (receive 3)",
    "deleted from queue dead: acknowledged",
  ]);
  for (const { text, about } of notes)
    expect(about).toEqual(text.startsWith("simulator") ? undefined : { messageId, traceId });
  expect(notes.filter(({ routine }) => routine).map(({ text }) => text.split(" ")[0])).toEqual([
    "taken",
    "taken",
    "taken",
    "deleted",
  ]);
});

test("a message that expires, one that is moved, one that FIFO has already", async () => {
  await client.queue("dead");
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: "arn:aws:sqs:eu-west-1:000000000000:dead",
    maxReceiveCount: 1,
  });
  await client.queue("orders", { RedrivePolicy, MessageRetentionPeriod: "60" });
  await client.send("orders", "x");
  await simulator.advance("60s");
  await client.send("orders", "y");
  await client.receive("orders");
  simulator.expireVisibility("orders");
  await client.receive("orders");
  await client.sqs.startMessageMoveTask({ SourceArn: "arn:aws:sqs:eu-west-1:000000000000:dead" });
  await simulator.advance("1s");
  const QueueUrl = await client.queue("orders.fifo");
  for (const MessageBody of ["z", "z"])
    await client.sqs.sendMessage({ QueueUrl, MessageBody, MessageGroupId: "1", MessageDeduplicationId: "1" });
  expect(texts()).toEqual(
    expect.arrayContaining([
      "expired on queue orders",
      "moved out of queue dead",
      "not taken in by queue orders.fifo again: it has its deduplication id",
    ]),
  );
});

test("what a topic could not deliver, and what AWS would not have", async () => {
  await using receiver = await HttpReceiver.listen();
  const TopicArn = await client.topic("placed", "orders");
  await client.sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: "arn:aws:sqs:eu-west-1:000000000000:nobody" });
  await client.sns.subscribe({ TopicArn, Protocol: "http", Endpoint: receiver.url });
  const [asked] = await receiver.take("SubscriptionConfirmation");
  const { SubscribeURL } = JSON.parse(asked?.body ?? "") as { SubscribeURL: string };
  await fetch(SubscribeURL);
  receiver.answer = 500;
  const { MessageId: messageId } = await client.sns.publish({
    TopicArn,
    Message: "x",
    MessageAttributes: { traceparent },
  });
  await receiver.take("Notification");
  await expect.poll(texts).toContain(`delivery failed: ${receiver.url}: HTTP 500 (attempt 1)`);
  receiver.answer = 200;
  await simulator.advance("60s");
  expect(texts()).toEqual(
    expect.arrayContaining([
      `${TopicArn} sends to orders, which has no policy: AWS would not deliver`,
      "discarded: arn:aws:sqs:eu-west-1:000000000000:nobody: the queue does not exist",
      `delivered to ${receiver.url}`,
    ]),
  );
  for (const { text, about } of notes) if (!text.startsWith("simulator")) expect(about).toEqual({ messageId, traceId });
});

test("what a filter keeps out, also of a queue that is the harness's own", async () => {
  const TopicArn = await client.topic("placed", "orders", "own");
  await client.sqs.tagQueue({ QueueUrl: await client.queue("own"), Tags: { "wakeful:run": "1" } });
  const { Subscriptions = [] } = await client.sns.listSubscriptionsByTopic({ TopicArn });
  const FilterPolicy = JSON.stringify({ kind: ["new"], note: ["x".repeat(300)] });
  for (const { SubscriptionArn } of Subscriptions)
    await client.sns.setSubscriptionAttributes({
      SubscriptionArn,
      AttributeName: "FilterPolicy",
      AttributeValue: FilterPolicy,
    });
  const kind = { DataType: "String", StringValue: "old" };
  const { MessageId: messageId } = await client.sns.publish({
    TopicArn,
    Message: "x",
    MessageAttributes: { kind, traceparent },
  });
  const text = (whose: string) => `kept out by the filter policy ${FilterPolicy.slice(0, 200)}… of ${whose}`;
  const told = { routine: true, about: { messageId, traceId } };
  expect(notes).toEqual([
    { text: text("the subscription of queue orders to topic placed"), ...told },
    { text: text("the harness's listener on placed"), ...told },
  ]);
});

test("what could not be given to the harness itself is told of its listener, not of a queue with a random name", async () => {
  const TopicArn = await client.topic("placed", "wakeful-1-own");
  await client.sqs.tagQueue({ QueueUrl: client.url("wakeful-1-own"), Tags: { "wakeful:run": "1" } });
  const { Subscriptions = [] } = await client.sns.listSubscriptionsByTopic({ TopicArn });
  await client.sns.setSubscriptionAttributes({
    SubscriptionArn: Subscriptions[0]?.SubscriptionArn,
    AttributeName: "RawMessageDelivery",
    AttributeValue: "true",
  });
  const attribute = { DataType: "String", StringValue: "x" };
  const MessageAttributes = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, attribute]));
  await client.sns.publish({ TopicArn, Message: "x", MessageAttributes });
  expect(texts()).toEqual(["discarded: the harness's listener on placed: raw delivery with 11 attributes, 10 at most"]);
});

test("nothing of a queue that is the harness's own, but for faults on it", async () => {
  const QueueUrl = await client.queue("own");
  await client.sqs.tagQueue({ QueueUrl, Tags: { "wakeful:run": "1" } });
  await client.send("own", "x");
  const [message] = await client.receive("own");
  await client.delete("own", message?.receipt ?? "");
  expect(texts()).toEqual([]);
  using fault = simulator.faults.on("own").drop();
  await client.send("own", "x");
  expect(texts().at(-1)).toContain("accepted, and lost");
  expect(fault.hits).toHaveLength(1);
});

test("nothing that the harness does on a queue that it reads, as long as it does", async () => {
  await client.queue("dead", { MessageRetentionPeriod: "60" });
  const [reading, second] = [simulator.harnessReads("dead"), simulator.harnessReads("dead")];
  second[Symbol.dispose]();
  // once more: this one reads on
  second[Symbol.dispose]();
  await client.send("dead", "x", "y");
  const [message] = await client.receive("dead");
  await client.delete("dead", message?.receipt ?? "");
  await simulator.advance("60s");
  expect(texts()).toEqual(["expired on queue dead", "simulator: time advanced by 1 min"]);
  reading[Symbol.dispose]();
  await client.send("dead", "z");
  await client.receive("dead");
  expect(texts().at(-1)).toBe("taken from queue dead (receive 1)");
});

test("what only a harness reads has reached nobody", async () => {
  const ids: string[] = [];
  const QueueUrl = await client.queue("dead");
  const send = async () => {
    ids.push((await client.sqs.sendMessage({ QueueUrl, MessageBody: "x" })).MessageId ?? "");
    await client.receive("dead");
  };
  {
    using _reading = simulator.harnessReads("dead");
    await send();
  }
  await send();
  expect(ids.map((id) => simulator.reached(id))).toEqual([0, 1]);
});

test("a purge is told once, with how many messages it took; the life of each keeps it", async () => {
  const QueueUrl = await client.queue("orders");
  const ids = await client.send("orders", "in flight", "b", "c");
  await client.receive("orders", 1);
  const told: unknown[] = [];
  simulator.onActivity(({ what, queue, detail }) => told.push([what, queue, detail]));
  await client.sqs.purgeQueue({ QueueUrl });
  await simulator.advance("60s");
  // nothing is left to take
  await client.sqs.purgeQueue({ QueueUrl });
  const [again = ""] = await client.send("orders", "d");
  await client.sqs.deleteQueue({ QueueUrl });
  expect(texts().filter((text) => text.startsWith("purged"))).toEqual([
    "purged from queue orders: 3 messages",
    "purged from queue orders: 1 message, with the queue itself",
  ]);
  expect(notes.find(({ text }) => text.startsWith("purged"))?.about).toBeUndefined();
  expect(told.slice(0, 2)).toEqual([
    ["purged", "orders", "3 messages"],
    ["time advanced", undefined, "by 1 min"],
  ]);
  expect(ids.map((id) => simulator.history(id).map(({ what }) => what))).toEqual([
    ["accepted", "delivered", "purged"],
    ["accepted", "purged"],
    ["accepted", "purged"],
  ]);
  expect(simulator.history(ids[1] ?? "").at(-1)).toMatchObject({ queue: "orders", messageId: ids[1], origin: ids[1] });
  expect(simulator.history(again).at(-1)?.what).toBe("purged");
});

test("a queue of the harness's own goes without a word", async () => {
  const QueueUrl = await client.queue("own");
  await client.sqs.tagQueue({ QueueUrl, Tags: { "wakeful:run": "x" } });
  await client.send("own", "x");
  await client.sqs.deleteQueue({ QueueUrl });
  expect(texts()).toEqual([]);
});

test("a refused request is told, as somebody's", async () => {
  await expect(client.send("nowhere", "x")).rejects.toThrow();
  expect(notes).toEqual([
    {
      text: expect.stringMatching(
        /^simulator refused \w+: QueueDoesNotExist: The specified queue does not exist/,
      ) as string,
      routine: true,
      about: {},
    },
  ]);
});

test("what is published to a topic without subscriptions, as after a typing error, is told", async () => {
  const { TopicArn } = await client.sns.createTopic({ Name: "shiped" });
  const { MessageId: messageId } = await client.sns.publish({
    TopicArn,
    Message: "x",
    MessageAttributes: { traceparent },
  });
  expect(notes).toEqual([
    { text: "published to topic shiped, which has no subscription", about: { messageId, traceId } },
  ]);
});
