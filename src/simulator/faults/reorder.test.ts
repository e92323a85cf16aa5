/** Messages that are held back until another overtakes them, seen by the SDK. Time stands still unless a test moves it. */
import { beforeEach, expect, test } from "vitest";
import { pausedSimulator } from "../../../test/support/paused-simulator.ts";
import type { QueueClient } from "../../../test/support/queue-client.ts";
import type { BrokerNote } from "../../contracts/index.ts";
import type { AwsSimulator } from "../index.ts";

let simulator: AwsSimulator;
let client: QueueClient;

beforeEach(async () => {
  ({ simulator, client } = await pausedSimulator());
});

/** Sends a message with a delay of its own. */
async function sendDelayed(MessageBody: string, DelaySeconds: number): Promise<string> {
  const { MessageId = "" } = await client.sqs.sendMessage({
    QueueUrl: client.url("orders"),
    MessageBody,
    DelaySeconds,
  });
  return MessageId;
}

const counts = () => {
  const { ready, delayed } = simulator.inspect("orders");
  return [ready, delayed];
};

test("the next message overtakes one, which then comes at once", async () => {
  await client.queue("orders");
  using swapped = simulator.faults.on("orders").reorder({ nth: 1 });
  const [held] = await client.send("orders", "a");
  expect(await client.bodies("orders")).toEqual([]);
  await client.send("orders", "b", "c");
  expect(await client.bodies("orders")).toEqual(["b", "a", "c"]);
  expect(swapped.hits).toMatchObject([{ messageId: held }]);
});

test("all messages are swapped in pairs: those that overtake are counted, and are no hits", async () => {
  await client.queue("orders");
  using swapped = simulator.faults.on("orders").reorder();
  const [a, , c] = await client.send("orders", "a", "b", "c", "d");
  expect(await client.bodies("orders")).toEqual(["b", "a", "d", "c"]);
  expect(swapped).toMatchObject({ passed: 4, hits: [{ messageId: a }, { messageId: c }] });
});

test("a message that no other follows comes after a second, or as long as it was told", async () => {
  await client.queue("orders");
  using first = simulator.faults.on("orders").reorder({ nth: 1 });
  await client.send("orders", "a");
  await simulator.advance("999ms");
  expect(counts()).toEqual([0, 1]);
  await simulator.advance("1ms");
  expect(counts()).toEqual([1, 0]);
  first[Symbol.dispose]();
  using second = simulator.faults.on("orders").reorder({ heldFor: "1m" });
  await client.send("orders", "b");
  await simulator.advance("59s");
  expect(counts()).toEqual([1, 1]);
  await client.send("orders", "c");
  expect(first.hits).toEqual([]);
  expect(second.hits).toMatchObject([{ text: "held back, and overtaken by the next one" }]);
});

test("not to hold it at all is refused", async () => {
  await client.queue("orders");
  expect(() => simulator.faults.on("orders").reorder({ heldFor: 0 })).toThrow("heldFor: 0 is not valid");
});

test("on a queue with a delay it is held beyond that, too", async () => {
  await client.queue("orders", { DelaySeconds: "5" });
  using swapped = simulator.faults.on("orders").reorder({ nth: 1 });
  await client.send("orders", "a", "b");
  await simulator.advance("5s");
  expect(await client.bodies("orders")).toEqual(["b", "a"]);
  expect(swapped.hits).toHaveLength(1);
});

test("one that comes before the other's own delay is over overtakes nothing: it would have been first anyway", async () => {
  await client.queue("orders");
  using swapped = simulator.faults.on("orders").reorder({ nth: 1 });
  await sendDelayed("a", 20);
  await client.send("orders", "b");
  expect(await client.bodies("orders")).toEqual(["b"]);
  await simulator.advance("20s");
  expect(counts()).toEqual([0, 1]);
  expect(swapped.hits).toEqual([]);
  await client.send("orders", "c");
  expect(await client.bodies("orders")).toEqual(["c", "a"]);
  expect(swapped.hits).toHaveLength(1);
});

test("one that comes too late overtakes nothing, and what is held comes when it was to come at most", async () => {
  await client.queue("orders");
  using swapped = simulator.faults.on("orders").reorder({ nth: 1, heldFor: "10s" });
  await client.send("orders", "a");
  await sendDelayed("late", 20);
  await simulator.advance("9s");
  expect(counts()).toEqual([0, 2]);
  await simulator.advance("1s");
  expect(await client.bodies("orders")).toEqual(["a"]);
  expect(swapped.hits).toEqual([]);
});

test("after one that comes too late, another that is in time still overtakes", async () => {
  await client.queue("orders");
  using swapped = simulator.faults.on("orders").reorder({ nth: 1, heldFor: "10s" });
  await client.send("orders", "a");
  await sendDelayed("late", 20);
  await sendDelayed("b", 4);
  await simulator.advance("4s");
  expect(await client.bodies("orders")).toEqual(["b", "a"]);
  expect(swapped.hits).toHaveLength(1);
});

test("the timeline says that it was held back, and how that ended", async () => {
  await client.queue("orders");
  const notes: BrokerNote[] = [];
  using listening = simulator.notes((note) => notes.push(note));
  void listening;
  using swapped = simulator.faults.on("orders").reorder({ nth: [1, 3] });
  await client.send("orders", "a", "b", "c");
  await simulator.advance("1s");
  expect(swapped.hits).toHaveLength(1);
  expect(notes.map(({ text }) => text).filter((text) => text.startsWith("visible"))).toEqual([
    "visible on queue orders, after it was held back, and overtaken",
    "visible on queue orders, after it was held back, and not overtaken",
  ]);
});

test("of a topic it holds on each of its queues, which is one hit", async () => {
  const TopicArn = await client.topic("placed", "one", "other");
  using swapped = simulator.faults.on("placed").reorder({ nth: 1 });
  for (const Message of ["a", "b"]) await client.sns.publish({ TopicArn, Message });
  for (const queue of ["one", "other"]) {
    const bodies = await client.bodies(queue);
    expect(bodies.map((body) => (JSON.parse(body) as { Message: string }).Message)).toEqual(["b", "a"]);
  }
  expect(swapped.hits).toHaveLength(1);
});

test("of a topic whose queues hold others already it hits nothing", async () => {
  const TopicArn = await client.topic("placed", "orders");
  using own = simulator.faults.on("orders").reorder({ nth: 1 });
  using published = simulator.faults.on("placed").reorder();
  await client.send("orders", "a");
  await client.sns.publish({ TopicArn, Message: "b" });
  expect(published).toMatchObject({ passed: 1, hits: [] });
  expect(own).toMatchObject({ hitCount: 1 });
});
