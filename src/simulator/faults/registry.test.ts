/** How long faults are in force, and what they tell. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { QueueClient } from "../../../test/support/queue-client.ts";
import type { BrokerNote } from "../../contracts/index.ts";
import { type AwsSimulator, type Fault, startAwsSimulator } from "../index.ts";

let simulator: AwsSimulator;
let client: QueueClient;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  client = new QueueClient(simulator.config);
  await client.queue("orders");
});
afterEach(async () => {
  client[Symbol.dispose]();
  await simulator.close();
});

/** Whether a fault that drops everything still does. */
async function drops(fault: Fault): Promise<boolean> {
  const { length } = fault.hits;
  await client.send("orders", "x");
  return fault.hits.length > length;
}

describe("a fault is undone", () => {
  test("when it is disposed, and nothing of it is left", async () => {
    const fault = simulator.faults.on("orders").drop();
    expect(simulator.faults.inForce).toEqual([fault]);
    expect(await drops(fault)).toBe(true);
    fault[Symbol.dispose]();
    fault[Symbol.dispose]();
    expect(await drops(fault)).toBe(false);
    expect(fault.passed).toBe(1);
    expect(simulator.inspect("orders").ready).toBe(1);
    expect(simulator.faults.inForce).toEqual([]);
  });

  test("at the end of the scope in which it was made", async () => {
    const scope = simulator.scopeOpened("one");
    const fault = simulator.faults.on("orders").drop();
    expect(await drops(fault)).toBe(true);
    scope[Symbol.dispose]();
    expect(await drops(fault)).toBe(false);
  });

  test("with several open, at the end of the last of them; one that opened later does not keep it", async () => {
    const [first, second] = [simulator.scopeOpened("first"), simulator.scopeOpened("second")];
    const fault = simulator.faults.on("orders").drop();
    const third = simulator.scopeOpened("third");
    first[Symbol.dispose]();
    expect(await drops(fault)).toBe(true);
    second[Symbol.dispose]();
    expect(await drops(fault)).toBe(false);
    third[Symbol.dispose]();
  });

  test("made while none is open, only by hand", async () => {
    const fault = simulator.faults.on("orders").drop();
    simulator.scopeOpened("one")[Symbol.dispose]();
    expect(await drops(fault)).toBe(true);
    simulator.faults.clear();
    expect(await drops(fault)).toBe(false);
  });

  test("without the others on its queue", async () => {
    const late = simulator.faults.on("orders").delay("1m");
    const lost = simulator.faults.on("orders").drop({ nth: 1 });
    lost[Symbol.dispose]();
    await client.send("orders", "x");
    expect(simulator.inspect("orders")).toMatchObject({ ready: 0, delayed: 1 });
    expect([late.hits.length, lost.hits.length]).toEqual([1, 0]);
  });
});

describe("a fault tells", () => {
  test("that it is in force, whom it hits, and what came of it", async () => {
    const notes: BrokerNote[] = [];
    using listening = simulator.notes((note) => notes.push(note));
    void listening;
    const fault = simulator.faults.on("orders").drop({ nth: 2 });
    const [, messageId] = await client.send("orders", "a", "b");
    fault[Symbol.dispose]();
    simulator.faults.on("orders").drop()[Symbol.dispose]();
    const name = "drop on queue orders, number 2";
    const id = notes[0]?.fault?.id;
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(notes.map((note) => note.fault?.id)).size).toBe(2);
    expect(notes).toEqual([
      { text: `fault ${name}: in force from here`, fault: { name, id, event: "set", text: "in force from here" } },
      {
        text: `fault: accepted, and lost (${name})`,
        fault: { name, id, event: "hit", text: "accepted, and lost" },
        about: { messageId },
      },
      { text: `fault ${name}: undone after 1 hit`, fault: { name, id, event: "undone", text: "undone after 1 hit" } },
      expect.objectContaining({ text: "fault drop on queue orders: in force from here" }),
      expect.objectContaining({ text: "fault drop on queue orders: undone; it hit nothing" }),
    ]);
  });

  test("all its hits when it is undone, also those that it has not kept", async () => {
    const notes: BrokerNote[] = [];
    using listening = simulator.notes((note) => notes.push(note));
    void listening;
    const fault = simulator.faults.on("orders").drop();
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: "x" }));
    for (let batch = 0; batch <= 100; batch++)
      await client.sqs.sendMessageBatch({ QueueUrl: client.url("orders"), Entries });
    expect([fault.hits.length, fault.hitCount]).toEqual([1_000, 1_010]);
    fault[Symbol.dispose]();
    expect(notes.at(-1)?.text).toBe("fault drop on queue orders: undone after 1010 hits");
  });

  test("that its predicate threw, and hits nothing then", async () => {
    const notes: BrokerNote[] = [];
    using listening = simulator.notes((note) => notes.push(note));
    void listening;
    using fault = simulator.faults.on("orders").drop({
      where: () => {
        throw new TypeError("no such field");
      },
    });
    await client.send("orders", "a", "b");
    expect(simulator.inspect("orders").ready).toBe(2);
    expect(fault.hits).toEqual([]);
    expect(notes).toHaveLength(2);
    expect(notes.at(-1)).toMatchObject({
      text: "fault drop on queue orders, of those that a predicate accepts: its predicate threw TypeError: no such field",
      fault: { event: "broken" },
    });
  });
});
