/** Faults that prove nothing: the scope that made them fails, in a real harness on a real simulator. */
import { SQS } from "@aws-sdk/client-sqs";
import { SNS } from "@aws-sdk/client-sns";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { QueueClient } from "../../../test/support/queue-client.ts";
import { redOf } from "../../../test/support/red.ts";
import { createHarness, type Harness } from "../../harness/index.ts";
import { snsSqs } from "../../transports/sns-sqs/index.ts";
import { type AwsSimulator, type EndpointRequest, startAwsSimulator } from "../index.ts";

let simulator: AwsSimulator;
let client: QueueClient;
let harness: Harness<ReturnType<typeof channelsOf>>;

function channelsOf() {
  const [sns, sqs] = [new SNS(simulator.config), new SQS(simulator.config)];
  return { orders: snsSqs({ sns, sqs, accounting: simulator }).queue("orders") };
}

beforeEach(async () => {
  simulator = await startAwsSimulator();
  client = new QueueClient(simulator.config);
  await client.queue("orders");
  harness = await createHarness({ channels: channelsOf(), sla: "2s" });
});
afterEach(async () => {
  await harness.close();
  client[Symbol.dispose]();
  await simulator.close();
});

type Scopes = Record<"mine" | "other", ReturnType<typeof harness.scope>>;

const on = () => simulator.faults.on("orders");
const noField = () => {
  throw new TypeError("no such field");
};

describe("a predicate that throws", () => {
  test("fails the scope in which the fault was made, once, at the line that made it, with its error as cause", async () => {
    const scope = harness.scope("test");
    const fault = on().drop({ where: noField });
    await client.send("orders", "a", "b");
    expect([fault.hitCount, simulator.inspect("orders").ready]).toEqual([0, 2]);
    const red = await redOf(scope.close());
    const name = "drop on queue orders, of those that a predicate accepts";
    expect(red).toMatchObject({
      code: "FAULT_WRONG",
      cause: { name: "TypeError", message: "no such field" },
      facts: { evidence: { faults: [{ name, count: 0, problem: "its predicate threw TypeError: no such field" }] } },
    });
    expect(red.message).toContain(`The injected fault itself is wrong: ${name}: its predicate threw TypeError`);
    expect(red.stack).toMatch(/^VerdictError: [^]*\n {4}at [^\n]*failing-scopes\.test\.ts:\d+:\d+/);
    await harness.scope("the next").close();
  });

  test("makes the fault select nothing from then on, also where it would not throw again", async () => {
    const scope = harness.scope("test");
    let asked = 0;
    const fault = on().drop({ where: () => (asked++ === 0 ? noField() : true) });
    await client.send("orders", "a", "b");
    expect([asked, fault.hitCount, fault.passed]).toEqual([1, 0, 0]);
    expect(await redOf(scope.close())).toMatchObject({ code: "FAULT_WRONG" });
  });

  test.for([
    ["resolves", () => Promise.resolve(false)],
    ["rejects", () => Promise.reject(new Error("nobody waits"))],
  ] as const)("or gives a promise, which would accept everything, fails its scope: one that %s", async ([, where]) => {
    const scope = harness.scope("test");
    const fault = on().drop({ where: where as never });
    await client.send("orders", "a");
    expect([fault.hitCount, simulator.inspect("orders").ready]).toEqual([0, 1]);
    const red = await redOf(scope.close());
    expect(red).toMatchObject({ code: "FAULT_WRONG" });
    expect(red.message).toContain("it is asynchronous, which would accept everything");
  });

  test("of a fault of the endpoint fails the scope too", async () => {
    const scope = harness.scope("test");
    simulator.faults.endpoint.fail({ callers: "everyone", where: noField });
    await client.send("orders", "a");
    expect(await redOf(scope.close())).toMatchObject({ code: "FAULT_WRONG" });
  });

  test("of a fault that was made in start() fails the scope that is open, or the next one", async () => {
    const fault = on().drop({ where: noField });
    const scope = harness.scope("open");
    await client.send("orders", "a");
    expect(await redOf(scope.close())).toMatchObject({ code: "FAULT_WRONG" });
    fault[Symbol.dispose]();
    on().drop({ where: noField });
    await client.send("orders", "a");
    expect(await redOf(harness.scope("the next").close())).toMatchObject({ code: "FAULT_WRONG" });
    await harness.scope("the one after").close();
  });
});

describe("a fault that hit nothing", () => {
  test("fails its scope: it says how many passed, and what it waited for", async () => {
    const scope = harness.scope("test");
    on().drop({ nth: 2 });
    await client.send("orders", "a");
    const red = await redOf(scope.close());
    const problem = "it waited for number 2, but 1 passed";
    expect(red).toMatchObject({
      code: "FAULT_MISSED",
      facts: { evidence: { faults: [{ name: "drop on queue orders, number 2", passed: 1, awaited: "number 2" }] } },
    });
    expect(red.message).toContain(`The injected fault missed: drop on queue orders, number 2: ${problem}`);
    expect(red.message).toContain(`faults    drop on queue orders, number 2: missed: ${problem}`);
    expect(red.message).toContain("mayMiss: true");
    expect(red.message).toContain("fault drop on queue orders, number 2: undone; it hit nothing");
    expect(red.stack).toMatch(/\n {4}at [^\n]*failing-scopes\.test\.ts:\d+:\d+/);
  });

  test("is not taken for another of the same name that hit", async () => {
    const scope = harness.scope("test");
    const hit = on().drop();
    await client.send("orders", "a");
    hit[Symbol.dispose]();
    on().drop();
    const { name } = hit;
    expect(await redOf(scope.close())).toMatchObject({
      code: "FAULT_MISSED",
      facts: {
        evidence: {
          faults: [
            { name, count: 1 },
            { name, count: 0, problem: "missed: it waited for anything, but nothing passed" },
          ],
        },
      },
    });
  });

  test("fails it also when only some of its numbers came", async () => {
    const scope = harness.scope("test");
    on().drop({ nth: [1, 3] });
    for (const body of ["a", "b"]) await client.send("orders", body);
    const red = await redOf(scope.close());
    expect(red.code).toBe("FAULT_MISSED");
    expect(red.message).toContain("it waited for number 1 and 3, but 2 passed");
  });

  test("fails it also when it was undone by hand before, which throws nothing", async () => {
    const scope = harness.scope("test");
    {
      using lost = on().drop();
      void lost;
    }
    simulator.faults.endpoint.throttle({ action: "Publish" });
    simulator.faults.clear();
    const error = await scope.close().then(
      () => undefined,
      (reason: unknown) => reason as AggregateError,
    );
    expect(error?.errors).toMatchObject([
      { code: "FAULT_MISSED", message: expect.stringContaining("drop on queue orders") as unknown },
      { code: "FAULT_MISSED", message: expect.stringContaining("throttle on Publish") as unknown },
    ]);
  });

  test.for([
    ["that draws a share", () => on().drop({ share: 0.1, seed: 7 })],
    ["that may miss", () => on().drop({ nth: 2, mayMiss: true })],
    ["that sets the clock by what is tolerated", () => simulator.faults.endpoint.skewClock("14m")],
  ] as const)("fails nothing where it is one %s", async ([, make]) => {
    const scope = harness.scope("test");
    make();
    await scope.close();
    expect(simulator.faults.inForce).toEqual([]);
  });

  test("fails nothing where it was made while no scope was open", async () => {
    const fault = on().drop({ nth: 2 });
    const scope = harness.scope("test");
    fault[Symbol.dispose]();
    await scope.close();
  });

  test("hides no other failure of its test", async () => {
    const scope = harness.scope("test");
    on().drop({ nth: 2 });
    await scope.close({ failed: true });
  });

  test("is no failure once it hit", async () => {
    const scope = harness.scope("test");
    on().drop({ nth: [1, 3] });
    for (const body of ["a", "b", "c"]) await client.send("orders", body);
    await scope.close();
  });
});

describe("a fault that came to nothing", () => {
  const idle = [
    [
      "a message that is held, and nothing comes after it",
      () => on().reorder({ nth: 2 }),
      "it waited for number 2, but 2 passed: number 2 was held back, and nothing overtook it",
    ],
    [
      "one of two numbers, which overtook the other",
      () => on().reorder({ nth: [1, 2] }),
      "it waited for number 1 and 2, but 2 passed: number 2 was not held back: another one was, or no queue got it",
    ],
    [
      "a redelivery that the consumer was quicker than",
      () => on().redeliverEarly({ nth: 2 }),
      "it waited for number 2, but 2 passed: number 2 was not received again before it was acknowledged, or before its visibility timeout was over",
    ],
    [
      "a redelivery later than the visibility timeout",
      () => on().redeliverEarly({ nth: 1, after: "1h" }),
      "it waited for number 1, but 2 passed: number 1 was not received again before it was acknowledged, or before its visibility timeout was over",
    ],
    [
      "a duplicate that nobody received",
      () => on().duplicate({ nth: 2 }),
      "it waited for number 2, but 2 passed: number 2 was not received a second time",
    ],
    [
      "a topic without a subscription",
      () => simulator.faults.on("placed").duplicate(),
      "it waited for anything, but 1 passed: number 1 came to nobody",
    ],
  ] as const;
  test.for(idle)("fails its scope, and says why: %s", async ([, make, problem]) => {
    simulator.pause();
    const TopicArn = await client.topic("placed");
    const scope = harness.scope("test");
    const fault = make();
    await client.sns.publish({ TopicArn, Message: "a" });
    await client.send("orders", "a", "b");
    for (const { receipt } of await client.receive("orders")) await client.delete("orders", receipt);
    await simulator.advance("2s");
    expect(fault.passed).toBeGreaterThan(0);
    const red = await redOf(scope.close());
    expect(red.code).toBe("FAULT_MISSED");
    expect(red.message).toContain(`${fault.name}: ${problem}`);
  });
});

describe("of scopes that are open at the same time", () => {
  test("the one whose test made the fault fails, and the fault ends with it", async () => {
    const [mine, other] = [harness.scope("mine"), harness.scope("other")];
    const fault = mine.run(() => on().drop({ nth: 2 }));
    expect(await redOf(mine.close())).toMatchObject({ code: "FAULT_MISSED" });
    expect(simulator.faults.inForce).not.toContain(fault);
    await other.close();
  });

  test("what is another test's passes it by", async () => {
    const [mine, other] = [harness.scope("mine"), harness.scope("other")];
    const fault = mine.run(() => on().drop());
    await other.channels.orders.send({ id: "a" });
    expect([fault.passed, fault.hitCount, simulator.inspect("orders").ready]).toEqual([0, 0, 1]);
    const red = await redOf(mine.close());
    expect(red.code).toBe("FAULT_MISSED");
    expect(red.message).toContain(
      "it waited for anything, but nothing passed (and 1 of other tests, which do not count)",
    );
    await other.close();
  });

  test("what is another test's takes none of its numbers", async () => {
    const [mine, other] = [harness.scope("mine"), harness.scope("other")];
    const fault = mine.run(() => on().drop({ nth: [1, 3] }));
    for (const scope of [other, mine, other, mine, mine]) await scope.channels.orders.send({ id: "a" });
    expect([fault.passed, fault.hitCount, simulator.inspect("orders").ready]).toEqual([3, 2, 3]);
    await mine.close();
    await other.close();
  });

  test("a late acknowledgement of another test's message takes none of its numbers", async () => {
    const [mine, other] = [harness.scope("mine"), harness.scope("other")];
    await other.channels.orders.send({ id: "a" });
    const [left] = await client.receive("orders");
    const endpoint = { callers: "everyone", action: "DeleteMessage", nth: 1 } as const;
    const [rejected, throttled] = mine.run(() => [
      on().rejectAcknowledgement({ nth: 1 }),
      simulator.faults.endpoint.throttle(endpoint),
    ]);
    await client.delete("orders", left?.receipt ?? "");
    expect([rejected.hitCount, throttled.hitCount]).toEqual([0, 0]);
    await mine.channels.orders.send({ id: "b" });
    const [own] = await client.receive("orders");
    // the SDK tries again what is throttled, and not what is rejected
    await expect(client.delete("orders", own?.receipt ?? "")).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid" });
    expect([rejected.hitCount, throttled.hitCount]).toEqual([1, 1]);
    await mine.close();
    await other.close();
  });

  test.for([
    ["deleted", (receipt: string) => client.delete("orders", receipt)],
    ["received anew", () => simulator.expireVisibility("orders") && client.receive("orders")],
    ["purged", () => client.sqs.purgeQueue({ QueueUrl: client.url("orders") })],
  ] as const)(
    "an acknowledgement of another test's message that was %s takes no number either",
    async ([, meanwhile]) => {
      const [mine, other] = [harness.scope("mine"), harness.scope("other")];
      await other.channels.orders.send({ id: "a" });
      const receipt = (await client.receive("orders"))[0]?.receipt ?? "";
      await meanwhile(receipt);
      const throttled = mine.run(() =>
        simulator.faults.endpoint.throttle({ callers: "everyone", action: "DeleteMessage", nth: 1 }),
      );
      await client.delete("orders", receipt);
      expect(throttled.hitCount).toBe(0);
      await mine.channels.orders.send({ id: "b" });
      for (const own of await client.receive("orders")) await client.delete("orders", own.receipt);
      expect(throttled.hitCount).toBe(1);
      await mine.close();
      await other.close({ failed: true });
    },
  );

  test.for([
    ["its own", ({ mine }: Scopes) => mine.channels.orders.send({ id: "a" })],
    ["without a trace", () => client.send("orders", "a")],
    [
      "of both in one batch",
      ({ mine, other }: Scopes) =>
        client.sqs.sendMessageBatch({
          QueueUrl: client.url("orders"),
          Entries: [other, mine].map(({ traceId }, index) => ({
            Id: `${index}`,
            MessageBody: "a",
            MessageAttributes: {
              traceparent: { DataType: "String", StringValue: `00-${traceId}-00f067aa0ba902b7-01` },
            },
          })),
        }),
    ],
  ] as const)("what it hits that is %s does count", async ([, send]) => {
    const [mine, other] = [harness.scope("mine"), harness.scope("other")];
    const where = ({ action }: EndpointRequest) => action.startsWith("SendMessage");
    const slow = mine.run(() => simulator.faults.endpoint.slow("1ms", { callers: "everyone", where }));
    const lost = mine.run(() => on().drop());
    await send({ mine, other });
    expect([slow.hitCount, lost.hitCount > 0]).toEqual([1, true]);
    await mine.close();
    await other.close();
  });

  test("of one that nobody is known to have made, every hit counts", async () => {
    const [first, second] = [harness.scope("first"), harness.scope("second")];
    on().drop();
    await second.channels.orders.send({ id: "a" });
    await first.close();
    await second.close();
  });

  test("where it is not known who made it, those fail that were open when it was undone", async () => {
    const [first, second, third] = [harness.scope("first"), harness.scope("second"), harness.scope("third")];
    const fault = on().drop({ nth: 2 });
    await first.close();
    fault[Symbol.dispose]();
    for (const scope of [second, third]) expect(await redOf(scope.close())).toMatchObject({ code: "FAULT_MISSED" });
    await harness.scope("later").close();
  });

  test("the last one fails that ends it", async () => {
    const [first, second] = [harness.scope("first"), harness.scope("second")];
    on().drop({ nth: 2 });
    await first.close();
    expect(await redOf(second.close())).toMatchObject({ code: "FAULT_MISSED" });
  });
});
