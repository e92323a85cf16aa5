/** What faults do to messages, seen by the SDK. Time stands still unless a test moves it. */
import { beforeEach, describe, expect, test } from "vitest";
import { pausedSimulator } from "../../../test/support/paused-simulator.ts";
import type { QueueClient } from "../../../test/support/queue-client.ts";
import type { AwsSimulator, TopicFaults } from "../index.ts";

let simulator: AwsSimulator;
let client: QueueClient;
const { signal } = new AbortController();

beforeEach(async () => {
  ({ simulator, client } = await pausedSimulator());
});

async function pending() {
  const { waiting, inFlight, where } = await (await simulator.mark({}, signal)).pending(signal);
  return { waiting, inFlight, where };
}

describe("a duplicate", () => {
  test("is the same message of a queue once more, with its id, in a receive of its own", async () => {
    await client.queue("orders");
    using twice = simulator.faults.on("orders").duplicate({ nth: 2 });
    const ids = await client.send("orders", "a", "b", "c");
    const first = await client.receive("orders");
    expect(first.map(({ id }) => id)).toEqual(ids);
    const [again, ...more] = await client.receive("orders");
    expect(again).toMatchObject({ id: ids[1], body: "b", receives: 2 });
    expect(more).toEqual([]);
    expect(again?.receipt).not.toBe(first[1]?.receipt);
    expect(await client.receive("orders")).toEqual([]);
    expect(twice.passed).toBe(3);
    expect(twice.hits).toMatchObject([{ messageId: ids[1], text: "delivered twice" }]);
  });

  test("is counted from the moment the first one is handed out, until both are deleted", async () => {
    await client.queue("orders");
    using twice = simulator.faults.on("orders").duplicate();
    await client.send("orders", "a");
    expect(await pending()).toMatchObject({ waiting: 1, inFlight: 0 });
    const [first] = await client.receive("orders");
    expect(await pending()).toMatchObject({ waiting: 1, inFlight: 1 });
    await client.delete("orders", first?.receipt ?? "");
    expect(await pending()).toMatchObject({ waiting: 1, inFlight: 0 });
    const [again] = await client.receive("orders");
    await client.delete("orders", again?.receipt ?? "");
    expect(await pending()).toMatchObject({ waiting: 0, inFlight: 0 });
    expect(twice.hits).toHaveLength(1);
  });

  test("is no hit until it is received: a message was delivered once till then", async () => {
    await client.queue("orders");
    using twice = simulator.faults.on("orders").duplicate();
    await client.send("orders", "a");
    await client.receive("orders");
    expect(twice).toMatchObject({ passed: 1, hits: [] });
    await client.receive("orders");
    expect(twice).toMatchObject({ passed: 1, hits: [{ text: "delivered twice" }] });
  });

  test("has receipt handles of its own, also when both are received again", async () => {
    await client.queue("orders", { VisibilityTimeout: "30" });
    using twice = simulator.faults.on("orders").duplicate();
    await client.send("orders", "a");
    await client.receive("orders");
    const [again] = await client.receive("orders");
    // the first one is received a second time, as often as the other was
    simulator.expireVisibility("orders", ({ receives }) => receives === 1);
    const [first] = await client.receive("orders");
    expect(first).toMatchObject({ id: again?.id, receives: 2 });
    expect(again?.receives).toBe(2);
    await client.delete("orders", first?.receipt ?? "");
    await client.delete("orders", first?.receipt ?? "");
    expect(await pending()).toMatchObject({ waiting: 0, inFlight: 1 });
    await client.delete("orders", again?.receipt ?? "");
    expect(await pending()).toMatchObject({ waiting: 0, inFlight: 0 });
    expect(twice.hits).toHaveLength(1);
  });

  test("does not bring its message nearer to the dead letters", async () => {
    await client.queue("dead");
    const deadLetterTargetArn = "arn:aws:sqs:eu-west-1:000000000000:dead";
    await client.queue("orders", { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }) });
    using twice = simulator.faults.on("orders").duplicate();
    await client.send("orders", "a");
    expect(await client.bodies("orders")).toEqual(["a"]);
    expect(await client.bodies("orders")).toEqual(["a"]);
    expect(twice.hits).toHaveLength(1);
    expect(simulator.inspect("dead").ready).toBe(0);
  });

  test("of a topic is the publication once more, to each subscription: other messages, the same id within", async () => {
    const TopicArn = await client.topic("placed", "one", "other");
    using twice = simulator.faults.on("placed").duplicate({ nth: 1 });
    const { MessageId } = await client.sns.publish({ TopicArn, Message: "a" });
    await client.sns.publish({ TopicArn, Message: "b" });
    for (const queue of ["one", "other"]) {
      const messages = await client.receive(queue);
      const published = messages.map(({ body }) => JSON.parse(body) as { Message: string; MessageId: string });
      expect(published.map(({ Message }) => Message)).toEqual(["a", "a", "b"]);
      expect(published.slice(0, 2).map((each) => each.MessageId)).toEqual([MessageId, MessageId]);
      expect(new Set(messages.map(({ id }) => id)).size).toBe(3);
    }
    expect(twice).toMatchObject({ name: "duplicate on topic placed, number 1", passed: 2 });
    expect(simulator.reached(MessageId ?? "")).toBe(2);
  });
});

describe("a delay", () => {
  test("lets a message arrive later by virtual time, and accounting knows of it", async () => {
    await client.queue("orders");
    using late = simulator.faults.on("orders").delay("10s", { nth: 1 });
    await client.send("orders", "a", "b");
    expect(await client.bodies("orders")).toEqual(["b"]);
    expect((await pending()).where).toEqual([
      "1 delayed on orders, for 10 s more: advance the simulator?",
      expect.stringContaining("1 in flight on orders"),
    ]);
    await simulator.advance("9999ms");
    expect(simulator.inspect("orders").ready).toBe(0);
    await simulator.advance("1ms");
    expect(await client.bodies("orders")).toEqual(["a"]);
    expect(late.hits).toMatchObject([{ text: "arrives 10 s late" }]);
  });

  test("is added to a queue's own, and of a topic holds for all of its queues", async () => {
    const TopicArn = await client.topic("placed", "one", "other");
    await client.queue("slow", { DelaySeconds: "5" });
    const Endpoint = "arn:aws:sqs:eu-west-1:000000000000:slow";
    await client.sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint });
    using late = simulator.faults.on({ topic: "placed" }).delay("10s");
    await client.sns.publish({ TopicArn, Message: "a" });
    await simulator.advance("10s");
    const ready = () => ["one", "other", "slow"].map((queue) => simulator.inspect(queue).ready);
    expect(ready()).toEqual([1, 1, 0]);
    await simulator.advance("5s");
    expect(ready()).toEqual([1, 1, 1]);
    expect(late.hits).toHaveLength(1);
  });
});

test.for([
  ["a duplicate", (faults: TopicFaults) => faults.duplicate()],
  ["a delay", (faults: TopicFaults) => faults.delay("10s")],
] as const)("%s of a publication that no subscription gets is no hit", async ([, make]) => {
  const TopicArn = await client.topic("placed", "one");
  const [{ SubscriptionArn } = {}] = (await client.sns.listSubscriptions({})).Subscriptions ?? [];
  await client.sns.setSubscriptionAttributes({
    SubscriptionArn,
    AttributeName: "FilterPolicy",
    AttributeValue: JSON.stringify({ kind: ["wanted"] }),
  });
  using fault = make(simulator.faults.on({ topic: "placed" }));
  await client.sns.publish({ TopicArn, Message: "a" });
  expect(fault).toMatchObject({ passed: 1, hits: [] });
  const MessageAttributes = { kind: { DataType: "String", StringValue: "wanted" } };
  await client.sns.publish({ TopicArn, Message: "b", MessageAttributes });
  expect(fault).toMatchObject({ passed: 2, hits: [{}] });
});

describe("a drop", () => {
  test("answers with an id, and the message is nowhere: neither waiting nor in flight, and it reached nobody", async () => {
    await client.queue("orders");
    expect(await client.bodies("orders")).toEqual([]);
    using lost = simulator.faults.on("orders").drop({ nth: 1 });
    const [gone = "", kept = ""] = await client.send("orders", "a", "b");
    expect(gone).toMatch(/^[0-9a-f-]{36}$/);
    expect(await pending()).toEqual({
      waiting: 1,
      inFlight: 0,
      where: ["1 waiting on orders, which nobody is polling"],
    });
    expect(simulator.inspect("orders")).toMatchObject({ ready: 1, delayed: 0, inFlight: 0 });
    expect([simulator.reached(gone), simulator.reached(kept)]).toEqual([0, 1]);
    expect(await client.bodies("orders")).toEqual(["b"]);
    expect(lost.hits).toMatchObject([{ messageId: gone, text: "accepted, and lost" }]);
    expect(simulator.history(gone).map(({ what }) => what)).toEqual(["accepted", "fault hit"]);
  });

  test("of a topic loses it for all, of one of its queues for that one only", async () => {
    const TopicArn = await client.topic("placed", "one", "other");
    using first = simulator.faults.on("placed").drop({ nth: 1 });
    const { MessageId: lost = "" } = await client.sns.publish({ TopicArn, Message: "a" });
    using second = simulator.faults.on("one").drop();
    const { MessageId: half = "" } = await client.sns.publish({ TopicArn, Message: "b" });
    expect(["one", "other"].map((queue) => simulator.inspect(queue).ready)).toEqual([0, 1]);
    expect([simulator.reached(lost), simulator.reached(half)]).toEqual([0, 1]);
    expect([first.hits.length, second.hits.length]).toEqual([1, 1]);
  });

  test("is not counted by faults on what arrives", async () => {
    await client.queue("orders");
    using lost = simulator.faults.on("orders").drop({ nth: 1 });
    using late = simulator.faults.on("orders").delay("1s", { nth: 1 });
    await client.send("orders", "a", "b");
    expect(simulator.inspect("orders").messages).toMatchObject([{ body: "b", state: "delayed" }]);
    expect([lost.passed, late.passed]).toEqual([2, 1]);
  });
});

describe("an acknowledgement that is refused", () => {
  test("fails as AWS words it, and its message comes back after the visibility timeout", async () => {
    await client.queue("orders");
    using refused = simulator.faults.on("orders").rejectAcknowledgement({ nth: 1 });
    const [id] = await client.send("orders", "a");
    const [first] = await client.receive("orders");
    await expect(client.delete("orders", first?.receipt ?? "")).rejects.toMatchObject({
      name: "ReceiptHandleIsInvalid",
      $metadata: { httpStatusCode: 404, attempts: 1 },
    });
    expect(await pending()).toMatchObject({ inFlight: 1 });
    await simulator.advance("30s");
    const [second] = await client.receive("orders");
    expect(second).toMatchObject({ id, receives: 2 });
    await client.delete("orders", second?.receipt ?? "");
    expect(await pending()).toMatchObject({ waiting: 0, inFlight: 0 });
    expect(refused.hits).toMatchObject([{ messageId: id, text: "its acknowledgement was refused" }]);
  });

  test("hurts no other of its batch", async () => {
    await client.queue("orders");
    using refused = simulator.faults.on("orders").rejectAcknowledgement({ where: ({ body }) => body === "b" });
    await client.send("orders", "a", "b", "c");
    const messages = await client.receive("orders");
    const { Successful, Failed } = await client.sqs.deleteMessageBatch({
      QueueUrl: client.url("orders"),
      Entries: messages.map(({ body, receipt }) => ({ Id: body, ReceiptHandle: receipt })),
    });
    expect(Successful?.map(({ Id }) => Id)).toEqual(["a", "c"]);
    expect(Failed).toMatchObject([{ Id: "b", Code: "ReceiptHandleIsInvalid", SenderFault: true }]);
    expect(await pending()).toMatchObject({ inFlight: 1 });
    expect(refused).toMatchObject({ passed: 1, hits: [{}] });
  });

  test("of a first receive only is said by its predicate, also on a FIFO queue", async () => {
    const QueueUrl = await client.queue("orders.fifo", { ContentBasedDeduplication: "true" });
    using refused = simulator.faults
      .on("orders.fifo")
      .rejectAcknowledgement({ where: ({ receives }) => receives === 1 });
    await client.sqs.sendMessage({ QueueUrl, MessageBody: "a", MessageGroupId: "1" });
    const [first] = await client.receive("orders.fifo");
    await expect(client.delete("orders.fifo", first?.receipt ?? "")).rejects.toThrow();
    await simulator.advance("30s");
    const [second] = await client.receive("orders.fifo");
    await client.delete("orders.fifo", second?.receipt ?? "");
    expect(refused).toMatchObject({ passed: 1, hits: [{}] });
  });
});

describe("an early redelivery", () => {
  test("lets another consumer have what one works on, once", async () => {
    await client.queue("orders");
    using early = simulator.faults.on("orders").redeliverEarly();
    const [id] = await client.send("orders", "a");
    const [first] = await client.receive("orders");
    expect(await pending()).toMatchObject({ waiting: 1, inFlight: 0 });
    const [second] = await client.receive("orders");
    expect([first, second]).toMatchObject([
      { id, receives: 1 },
      { id, receives: 2 },
    ]);
    expect(await client.receive("orders")).toEqual([]);
    // the handle of the first receive is an old one by now: it deletes nothing
    await client.delete("orders", first?.receipt ?? "");
    expect(await pending()).toMatchObject({ inFlight: 1 });
    expect(early.hits).toMatchObject([{ messageId: id, text: "received again at once, while it was worked on" }]);
  });

  test("is no redelivery, and no hit, when the consumer is quicker: its receipt handle is still good", async () => {
    await client.queue("orders");
    using early = simulator.faults.on("orders").redeliverEarly();
    await client.send("orders", "a");
    const [first] = await client.receive("orders");
    await client.delete("orders", first?.receipt ?? "");
    expect(await pending()).toMatchObject({ waiting: 0, inFlight: 0 });
    expect(early).toMatchObject({ passed: 1, hits: [] });
  });

  test("comes after some time where that is said, and not later than the visibility timeout", async () => {
    await client.queue("orders");
    using early = simulator.faults.on("orders").redeliverEarly({ after: "10s", nth: 1 });
    await client.send("orders", "a");
    await client.receive("orders");
    await simulator.advance("9s");
    expect(simulator.inspect("orders").ready).toBe(0);
    await simulator.advance("1s");
    expect(simulator.inspect("orders").ready).toBe(1);
    expect(early.hits).toEqual([]);
    await client.receive("orders");
    expect(early.hits).toMatchObject([{ text: "received again after 10 s, while it was worked on" }]);
    early[Symbol.dispose]();
    using late = simulator.faults.on("orders").redeliverEarly({ after: "1h", where: ({ body }) => body === "b" });
    await client.send("orders", "b");
    await client.receive("orders");
    await simulator.advance("30s");
    expect(await client.bodies("orders")).toEqual(expect.arrayContaining(["a", "b"]));
    // it came back by itself, as it would have without the fault
    expect(late.hits).toEqual([]);
  });

  test("is none, and no hit, when it is received only after the visibility timeout: it would have been back by then", async () => {
    await client.queue("orders");
    using early = simulator.faults.on("orders").redeliverEarly({ after: "10s" });
    await client.send("orders", "a", "b");
    await client.receive("orders");
    await simulator.advance("29s");
    await client.receive("orders", 1);
    expect(early.hits).toMatchObject([{ text: "received again after 10 s, while it was worked on" }]);
    await simulator.advance("1s");
    expect(await client.bodies("orders")).toEqual(["b"]);
    expect(early.hitCount).toBe(1);
  });

  test("is none where the consumer gave the message back before, or extended its time", async () => {
    const QueueUrl = await client.queue("orders");
    using early = simulator.faults.on("orders").redeliverEarly({ after: "10s" });
    await client.send("orders", "a", "b");
    const [first, second] = await client.receive("orders");
    await client.sqs.changeMessageVisibility({
      QueueUrl,
      ReceiptHandle: first?.receipt,
      VisibilityTimeout: 0,
    });
    await client.sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle: second?.receipt, VisibilityTimeout: 60 });
    expect(await client.bodies("orders")).toEqual(["a"]);
    await simulator.advance("10s");
    expect(await client.bodies("orders")).toEqual([]);
    expect(early).toMatchObject({ passed: 2, hits: [] });
  });

  test("counts each delivery, a message's second too, until it has hit that message", async () => {
    await client.queue("orders");
    using early = simulator.faults.on("orders").redeliverEarly({ nth: [2, 3] });
    const [first] = await client.send("orders", "a");
    await client.receive("orders");
    expect(early.passed).toBe(1);
    // its second delivery is the second of all: it is visible again while it is worked on
    simulator.expireVisibility("orders");
    await client.receive("orders");
    expect(early).toMatchObject({ passed: 2, hits: [] });
    await client.receive("orders");
    expect(early).toMatchObject({ passed: 2, hits: [{ messageId: first }] });
    // its third is not counted any more: the next message's first is number 3
    const [other] = await client.send("orders", "b");
    await client.receive("orders");
    await client.receive("orders");
    expect(early).toMatchObject({ passed: 3, hits: [{ messageId: first }, { messageId: other }] });
  });

  test("happens on FIFO queues too", async () => {
    const QueueUrl = await client.queue("orders.fifo", { ContentBasedDeduplication: "true" });
    using early = simulator.faults.on("orders.fifo").redeliverEarly({ nth: 1 });
    for (const MessageBody of ["a", "b"]) await client.sqs.sendMessage({ QueueUrl, MessageBody, MessageGroupId: "1" });
    const first = await client.receive("orders.fifo", 1);
    const second = await client.receive("orders.fifo", 1);
    expect([first, second].flat().map(({ body }) => body)).toEqual(["a", "a"]);
    expect(early.hits).toHaveLength(1);
  });
});

describe("where a fault cannot be", () => {
  test("a name that nobody has is refused, with those that are like it", async () => {
    await client.queue("orders");
    await client.topic("orders-placed");
    expect(() => simulator.faults.on("order")).toThrow(
      expect.objectContaining({
        code: "RESOURCE_MISSING",
        facts: { resource: "queue or topic order", similar: ["orders", "orders-placed"] },
      }),
    );
    expect(() => simulator.faults.on({ topic: "orders" })).toThrow("There is no topic orders");
    expect(() => simulator.faults.on({ queue: "orders-placed" })).toThrow("There is no queue orders-placed");
  });

  test("a name of a queue and a topic must be told apart", async () => {
    await client.topic("orders", "orders");
    expect(() => simulator.faults.on("orders")).toThrow('{ queue: "orders" } or { topic: "orders" }: both exist');
    using queue = simulator.faults.on({ queue: "orders" }).drop();
    using topic = simulator.faults.on({ topic: "orders" }).drop();
    expect([queue.name, topic.name]).toEqual(["drop on queue orders", "drop on topic orders"]);
  });

  test("what FIFO promises is not broken", async () => {
    await client.queue("orders.fifo");
    await client.topic("placed.fifo");
    for (const place of ["orders.fifo", "placed.fifo"]) {
      const on = simulator.faults.on(place);
      for (const make of [() => on.duplicate(), () => on.delay("1s"), () => on.reorder()])
        expect(make).toThrow(expect.objectContaining({ code: "FAULT_NOT_POSSIBLE" }));
    }
    expect(simulator.faults.inForce).toEqual([]);
  });

  test("nobody acknowledges to a topic", async () => {
    await client.topic("placed");
    const on = simulator.faults.on("placed");
    expect(() => on.rejectAcknowledgement()).toThrow("nobody receives from a topic: name the queue that it sends to");
    expect(() => on.redeliverEarly()).toThrow("nobody receives from a topic");
  });
});
