/** Rows of the acceptance list about waiting, on the harness itself. Time is the test's own, where it matters. */
import { EventEmitter } from "node:events";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";
import { createHarness, type Verdict } from "../../src/index.ts";
import { startAwsSimulator } from "../../src/simulator/index.ts";
import { inProcess } from "../../src/transports/in-process/index.ts";
import { snsSqs } from "../../src/transports/sns-sqs/index.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { openHarness, type Order, watch } from "../support/open-harness.ts";
import { ProbeStand } from "../support/probe-stand.ts";
import { TinyBroker } from "../support/tiny-bus.ts";

const rounds = Array.from({ length: 1_000 }, (_, index) => String(index));

describe("listening begins before sending (16)", { timeout: 30_000 }, () => {
  test("1,000 rounds, in process, of a system that answers at once: no event is lost, whether the wait or the act is first", async () => {
    const bus = new EventEmitter();
    using events = inProcess(bus, { finishesBeforeReply: true });
    bus.on("asked", ({ id }: Order) => bus.emit("done", { id }));
    await using harness = await createHarness({ channels: { done: events.event<Order>("done") } });
    const caught: string[] = [];
    for (const id of rounds) {
      await using scope = harness.scope(`round ${id}`);
      const early = scope.channels.done.next();
      bus.emit("asked", { id });
      bus.emit("asked", { id: `${id} again` });
      caught.push((await early).payload.id, (await scope.channels.done.next()).payload.id);
    }
    expect(caught).toEqual(rounds.flatMap((id) => [id, `${id} again`]));
  });

  test("1,000 rounds over SNS and SQS: what is published once the harness is open is caught, each by its own scope", async () => {
    await using simulator = await startAwsSimulator();
    const sns = new SNS(simulator.config);
    const { TopicArn } = await sns.createTopic({ Name: "done" });
    const aws = snsSqs({ sns, sqs: new SQS(simulator.config), accounting: simulator });
    await using harness = await createHarness({ channels: { done: aws.topic("done") }, sla: "30s" });
    const left = [...rounds];
    const caught: string[] = [];
    const worker = async () => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        await using scope = harness.scope(`round ${id}`);
        await sns.publish({ TopicArn, Message: JSON.stringify({ id }) });
        const { payload } = await scope.channels.done.next({ id });
        caught.push((payload as Order).id);
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    expect(caught.sort()).toEqual([...rounds].sort());
  });
});

describe("the SLA", () => {
  test("is a time-out: inside it the wait is green, an overrun is an SLA violation that names it (17)", async () => {
    const { broker, harness, clock } = await openHarness({ sla: "1s" });
    const scope = harness.scope("a slow system");
    const inside = watch(scope.channels.orders.next({ id: "inside" }));
    await clock.advance(999);
    broker.deliver({ id: "inside" });
    await clock.settle();
    expect(inside.state).toBe("fulfilled");
    broker.setPending({ inFlight: 1 });
    const outside = watch(scope.channels.orders.next({ id: "outside" }));
    await clock.advance(1_001);
    broker.deliver({ id: "outside" });
    await clock.settle();
    expect(outside.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(outside.error?.message).toContain("this event on orders came 1 ms late");
    expect(outside.error?.message).toContain("SLA 1 s (the harness's sla), counted from the start of the wait");
  });

  test("that nobody gave is 3 s, and the failure says that this is the default (18)", async () => {
    const clock = new ManualClock();
    const broker = new TinyBroker();
    const harness = await createHarness({ channels: { orders: broker.channel<Order>("orders") }, clock });
    const scope = harness.scope("nobody gave an SLA");
    const kept = watch(scope.channels.orders.next({ id: "a" }));
    await clock.advance(2_999);
    broker.deliver({ id: "a" });
    await clock.settle();
    expect(kept.state).toBe("fulfilled");
    const overrun = watch(scope.channels.orders.next({ id: "b" }));
    await clock.advance(3_001);
    broker.deliver({ id: "b" });
    await clock.settle();
    expect(overrun.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(overrun.error?.message).toContain("SLA 3 s (the default)");
  });
});

describe("a listener that fails (28)", { timeout: 30_000 }, () => {
  test("ends its wait with an error that names it", async () => {
    await using simulator = await startAwsSimulator();
    const sqs = new SQS(simulator.config);
    const { QueueUrl } = await sqs.createQueue({ QueueName: "orders--dlq" });
    const aws = snsSqs({ sns: new SNS(simulator.config), sqs, accounting: simulator });
    await using harness = await createHarness({ channels: { deadOrders: aws.deadLetters("orders--dlq") }, sla: "30s" });
    const scope = harness.scope("its queue is deleted");
    const wait = scope.channels.deadOrders.next();
    await sqs.deleteQueue({ QueueUrl });
    await expect(wait).rejects.toMatchObject({
      code: "LISTENER_FAILED",
      message: expect.stringContaining("the listener on deadOrders broke") as unknown,
    });
    await scope.close({ failed: true });
  });
});

describe("probeUntil with an interval of 100 ms and 3 s to stop after (36)", () => {
  const options = { interval: "100ms", within: "3s" } as const;

  test("looks at once, and what is true already is returned without any time passing", async () => {
    const { probeUntil, clock, held } = new ProbeStand();
    expect(await probeUntil(() => "there", options)).toBe("there");
    expect([clock.now(), held]).toEqual([0, 0]);
  });

  test("returns the value of the look that succeeds", async () => {
    const { probeUntil, clock, looks } = new ProbeStand();
    const wait = probeUntil(() => {
      if (clock.now() < 250) throw new Error("not yet");
      return clock.now();
    }, options);
    await clock.advance(300);
    expect(await wait).toBe(300);
    expect(looks).toHaveLength(4);
  });

  test("ends after 3 s when none does", async () => {
    const { probeUntil, clock, looks } = new ProbeStand();
    const wait = watch(
      probeUntil(() => {
        throw new Error("never");
      }, options),
    );
    await clock.advance(2_999);
    expect(wait.state).toBe("pending");
    await clock.advance(1);
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED", cause: { message: "never" } });
    expect(looks).toHaveLength(31);
  });
});

describe("a wait of at most 10 s (99)", () => {
  const open = () => openHarness({ sla: "10s" });

  test("returns at once what was caught already", async () => {
    const { broker, harness, clock } = await open();
    const scope = harness.scope("already caught");
    broker.deliver({ id: "a" });
    expect((await scope.channels.orders.next({ id: "a" })).payload).toEqual({ id: "a" });
    expect(clock.now()).toBe(0);
  });

  test("returns early, when the event comes", async () => {
    const { broker, harness, clock } = await open();
    const scope = harness.scope("a fast system");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    await clock.advance(7);
    expect(wait.state).toBe("pending");
    broker.deliver({ id: "a" });
    await clock.settle();
    expect([wait.state, clock.now()]).toEqual(["fulfilled", 7]);
  });

  test("is over after 10 s: an event that comes then makes it no longer green", async () => {
    const { broker, harness, clock } = await open();
    const scope = harness.scope("never, or too late");
    const [never, late] = [scope.channels.orders.next({ id: "never" }), scope.channels.orders.next({ id: "late" })];
    const [without, after] = [watch(never), watch(late)];
    await clock.advance(10_001);
    broker.deliver({ id: "late" });
    await clock.settle();
    expect(after.error).toMatchObject({ code: "SLA_VIOLATED" });
    // it listens on for 1 s, only to be able to say that the event came late
    await clock.advance(1_000);
    expect(without.error).toMatchObject({
      code: "SLA_VIOLATED",
      facts: { evidence: { sla: { within: 10_000, source: "the harness's sla" }, late: [] } },
    });
  });
});

describe("the same test on a fast and on a slow machine (100)", () => {
  test.for([5, 500, 5_000])("is green with a latency of %i ms, and takes as long", async (latency) => {
    const verdicts: Verdict[] = [];
    const { broker, harness, clock } = await openHarness({
      sla: "10s",
      onVerdict: (verdict) => verdicts.push(verdict),
    });
    const scope = harness.scope("an order is confirmed");
    const wait = scope.channels.orders.next({ id: "a" });
    clock.timer(latency, () => broker.deliver({ id: "a" }));
    await clock.advance(latency);
    expect((await wait).payload).toEqual({ id: "a" });
    expect(verdicts).toMatchObject([{ outcome: "green", took: latency, within: 10_000 }]);
    await scope.close();
  });
});
