/** Faults on what arrives by other ways than a send: dead letters, and what a move task brings. Time stands still. */
import { beforeEach, describe, expect, test } from "vitest";
import { pausedSimulator } from "../../../test/support/paused-simulator.ts";
import type { QueueClient } from "../../../test/support/queue-client.ts";
import type { AwsSimulator } from "../index.ts";

const arn = (queue: string) => `arn:aws:sqs:eu-west-1:000000000000:${queue}`;
let simulator: AwsSimulator;
let client: QueueClient;

beforeEach(async () => {
  ({ simulator, client } = await pausedSimulator());
  await client.queue("dead");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn("dead"), maxReceiveCount: 1 });
  await client.queue("orders", { RedrivePolicy });
});

/** Has the queue give messages up. Returns their ids. */
async function giveUp(...bodies: string[]): Promise<string[]> {
  const ids = await client.send("orders", ...bodies);
  await client.receive("orders");
  simulator.expireVisibility("orders");
  expect(await client.receive("orders")).toEqual([]);
  return ids;
}

const countsOf = (queue: string) => {
  const { ready, delayed, inFlight } = simulator.inspect(queue);
  return [ready, delayed, inFlight];
};

describe("a dead letter", () => {
  test("may come late, and the timeline does not take it for one that is back", async () => {
    const notes: string[] = [];
    using listening = simulator.notes(({ text }) => notes.push(text));
    void listening;
    using late = simulator.faults.on("dead").delay("10s");
    const [messageId] = await giveUp("a");
    expect(countsOf("dead")).toEqual([0, 1, 0]);
    await simulator.advance("10s");
    expect(countsOf("dead")).toEqual([1, 0, 0]);
    expect(late.hits).toMatchObject([{ messageId, text: "arrives 10 s late" }]);
    expect(notes).toContain("visible on queue dead, after its delay");
  });

  test("may be lost: it is on no queue any more", async () => {
    using lost = simulator.faults.on("dead").drop();
    const [messageId = ""] = await giveUp("a");
    expect(lost.hits).toMatchObject([{ messageId }]);
    expect([...countsOf("orders"), ...countsOf("dead")]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(simulator.history(messageId).map(({ what }) => what)).toEqual([
      ...["accepted", "delivered", "returned"],
      ...["dead-lettered", "fault hit"],
    ]);
  });

  test("may be delivered twice, once more and not without end", async () => {
    using twice = simulator.faults.on("dead").duplicate();
    const [id] = await giveUp("a");
    expect(await client.receive("dead")).toMatchObject([{ id, receives: 2 }]);
    expect(await client.receive("dead")).toMatchObject([{ id, receives: 3 }]);
    expect(await client.receive("dead")).toEqual([]);
    expect(twice).toMatchObject({ passed: 1, hitCount: 1 });
  });

  test("may be overtaken by another", async () => {
    using swapped = simulator.faults.on("dead").reorder({ nth: 1 });
    await giveUp("a", "b");
    expect(await client.bodies("dead")).toEqual(["b", "a"]);
    expect(swapped).toMatchObject({ passed: 2, hitCount: 1 });
  });

  test("of a subscription is one that arrives, too", async () => {
    const { TopicArn } = await client.sns.createTopic({ Name: "placed" });
    await client.sns.subscribe({
      TopicArn,
      Protocol: "sqs",
      Endpoint: arn("nobody"),
      Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("dead") }) },
    });
    using lost = simulator.faults.on("dead").drop();
    await client.sns.publish({ TopicArn, Message: "x" });
    expect(lost.hits).toHaveLength(1);
    expect(countsOf("dead")).toEqual([0, 0, 0]);
  });
});

describe("what a move task brings", () => {
  /** Moves the dead letters back. */
  async function moveBack(): Promise<void> {
    await client.sqs.startMessageMoveTask({ SourceArn: arn("dead") });
  }

  test("may come late, or be lost", async () => {
    await giveUp("a", "b");
    using late = simulator.faults.on("orders").delay("10s", { nth: 1 });
    using lost = simulator.faults.on("orders").drop({ nth: 2 });
    await moveBack();
    expect(countsOf("dead")).toEqual([0, 0, 0]);
    expect(countsOf("orders")).toEqual([0, 1, 0]);
    expect([late.hitCount, lost.hitCount]).toEqual([1, 1]);
  });

  test("may be delivered twice: it is a new message there", async () => {
    await giveUp("a");
    using twice = simulator.faults.on("orders").duplicate();
    await moveBack();
    const [first, ...more] = await client.receive("orders");
    expect([first, more]).toMatchObject([{ body: "a", receives: 1 }, []]);
    expect(await client.receive("orders")).toMatchObject([{ id: first?.id, receives: 2 }]);
    expect(await client.receive("orders")).toEqual([]);
    expect(twice.hitCount).toBe(1);
  });
});

test("a copy that one fault made is not copied by the next", async () => {
  using first = simulator.faults.on("dead").duplicate();
  await client.send("dead", "a");
  await client.receive("dead");
  first[Symbol.dispose]();
  using second = simulator.faults.on("dead").duplicate();
  expect(await client.bodies("dead")).toEqual(["a"]);
  expect(second).toMatchObject({ passed: 0, hitCount: 0 });
  expect(countsOf("dead")).toEqual([0, 0, 2]);
});
