import { describe, expect, test } from "vitest";
import { probeUntil } from "../index.ts";
import { openHarness, TinySystem, watch } from "../../test/support/open-harness.ts";
import type { BrokerNote } from "../contracts/index.ts";
import { TinyBroker } from "../../test/support/tiny-bus.ts";
import { createHarness } from "./index.ts";

test("a channel declared twice is refused", async () => {
  const broker = new TinyBroker();
  const channels = { first: broker.channel("orders"), second: broker.channel("orders") };
  await expect(createHarness({ channels })).rejects.toMatchObject({
    code: "DUPLICATE_CHANNEL",
    facts: { first: "first", second: "second" },
  });
});

test("something that is no channel is refused", async () => {
  await expect(createHarness({ channels: { orders: "orders" as never } })).rejects.toMatchObject({
    code: "INVALID_CHANNEL",
  });
});

test("a duration that is not one is refused", async () => {
  const broker = new TinyBroker();
  await expect(
    createHarness({ channels: { orders: broker.channel("orders") }, sla: "1.5 m" as never }),
  ).rejects.toMatchObject({ code: "INVALID_DURATION" });
});

test("when one listener cannot be armed, the others are closed again", async () => {
  const broker = new TinyBroker();
  const broken = broker.channel("broken");
  const problem = new Error("no broker");
  const channels = {
    good: broker.channel("good"),
    bad: { ...broken, endpoint: { ...broken.endpoint, listen: () => Promise.reject(problem) } },
  };
  await expect(createHarness({ channels })).rejects.toMatchObject({ code: "LISTENER_NOT_ARMED", cause: problem });
  expect(broker.sinks.size).toBe(0);
});

test("listeners are armed before the harness is handed out, and closed with it", async () => {
  const { broker, harness, clock } = await openHarness();
  expect(broker.sinks.size).toBe(1);
  await harness.close();
  expect(broker.sinks.size).toBe(0);
  expect(clock.armed).toBe(0);
});

test("what a schema refuses is not sent, but sendRaw sends it", async () => {
  const schema = {
    "~standard": {
      version: 1 as const,
      vendor: "test",
      validate: () => ({ issues: [{ message: "no", path: ["orders", 0, "id"] }] }),
    },
  };
  const { broker, harness } = await openHarness({
    channels: (of) => ({ orders: of.channel<{ id: string }>("orders", { schema }) }),
  });
  const scope = harness.scope("test");
  await expect(scope.channels.orders.send({ id: "a" })).rejects.toMatchObject({
    code: "PAYLOAD_REJECTED",
    facts: { issues: ["orders[0].id: no"] },
  });
  expect(broker.sentWith).toHaveLength(0);
  await scope.channels.orders.sendRaw("anything");
  expect(broker.sentWith).toHaveLength(1);
});

test("each send bears the scope's trace, with a span of its own", async () => {
  const { broker, harness } = await openHarness();
  const scope = harness.scope("test");
  await scope.channels.orders.send({ id: "a" });
  await scope.channels.orders.send({ id: "b" });
  const [first = "", second = ""] = broker.sentWith;
  expect(first).toMatch(new RegExp(`^00-${scope.traceId}-[0-9a-f]{16}-01$`));
  expect(first).not.toBe(second);
});

test("a send that fails says so, with the client's own error as the cause", async () => {
  const problem = new Error("throttled");
  const { harness } = await openHarness({
    channels: (of) => {
      const orders = of.channel<{ id: string }>("orders");
      return { orders: { ...orders, endpoint: { ...orders.endpoint, send: () => Promise.reject(problem) } } };
    },
  });
  const scope = harness.scope("test");
  await expect(scope.channels.orders.send({ id: "a" })).rejects.toMatchObject({ code: "SEND_FAILED", cause: problem });
});

test("waits after the scope's end, and scopes after the harness's, are refused", async () => {
  const { harness } = await openHarness();
  const scope = harness.scope("test");
  await scope.close();
  await expect(scope.channels.orders.next({ id: "a" })).rejects.toMatchObject({ code: "SCOPE_CLOSED" });
  await harness.close();
  expect(() => harness.scope("late")).toThrow(expect.objectContaining({ code: "HARNESS_CLOSED" }));
});

test("a runner whose own time-out found no wait pending is told how far the test came", async () => {
  const { harness, clock } = await openHarness();
  const scope = harness.scope("test");
  const { sequence } = await scope.channels.orders.send({ id: "a" });
  await scope.channels.orders.next({ id: "a" });
  await clock.advance(200);
  const [error, ...others] = scope.cutOff("Test timed out");
  expect(others).toEqual([]);
  expect(error).toMatchObject({
    code: "NOT_JUDGED",
    hint: expect.stringContaining("none of Wakeful's waits") as unknown,
  });
  expect(error?.message).toMatch(
    /^Not judged: "test" was cut off while none of its waits was pending: Test timed out\n/,
  );
  expect(error?.message).toContain(`sent orders #${sequence}`);
  await expect(scope.close()).resolves.toBeUndefined();
});

test("a runner whose own time-out came ends the waits that are pending, each with its report", async () => {
  const { broker, harness, clock } = await openHarness();
  const scope = harness.scope("test");
  broker.deliver({ id: "a", amount: 1 });
  await scope.channels.orders.next({ id: "a" });
  broker.deliver({ id: "b", amount: 2 });
  const pending = watch(scope.channels.orders.next({ id: "b", amount: 3 }));
  await clock.advance(200);
  const errors = scope.cutOff("Test timed out");
  await clock.settle();
  expect(errors).toEqual([pending.error]);
  expect(pending.error).toMatchObject({
    code: "NOT_JUDGED",
    stack: expect.stringContaining("harness.test.ts") as unknown,
    facts: { evidence: { waited: 200, closest: { differences: [{ path: "amount" }] } } },
  });
  expect(pending.error?.message).toMatch(/^Not judged: next on orders was cut off after 200 ms: Test timed out\n/);
  expect(clock.armed).toBe(0);
  // the scope goes on, for the hooks
  await scope.channels.orders.next({ id: "b" });
  await expect(scope.close()).resolves.toBeUndefined();
});

test("closing the harness closes scopes that were left open, with their checks", async () => {
  const { harness } = await openHarness();
  const scope = harness.scope("left open");
  void scope.channels.orders.next({ id: "a" });
  await expect(harness.close()).rejects.toMatchObject({ code: "NOT_AWAITED" });
});

test("probeUntil binds itself to the scope whose context it runs in", async () => {
  const { broker, harness, clock } = await openHarness();
  const scope = harness.scope("test");
  let looks = 0;
  const wait = scope.run(() =>
    probeUntil(
      () => {
        looks++;
        return scope.channels.orders.seen().length;
      },
      { until: (count) => count === 1, interval: 900 },
    ),
  );
  await clock.settle();
  expect(looks).toBe(1);
  broker.deliver({ id: "a" });
  await clock.advance(1);
  expect(await wait).toBe(1);
  expect(looks).toBe(2);
});

test("the timeline tells what happened, in order", async () => {
  const { broker, harness } = await openHarness();
  const scope = harness.scope("test");
  await scope.channels.orders.send({ id: "a" });
  broker.deliver({ id: "b", password: "hunter2" });
  await scope.channels.orders.next({ id: "b" });
  const text = scope.timeline();
  expect(text).toMatch(/test begins[\s\S]*sent orders #\d+, reached 1[\s\S]*heard orders[\s\S]*next on orders: green/);
  expect(text).not.toContain("hunter2");
});

test("what a broker tells stands in the timeline, until the harness is closed", async () => {
  const told: ((note: BrokerNote) => void)[] = [];
  let stopped = 0;
  const { harness } = await openHarness({
    channels: (of) => {
      const orders = of.channel<{ id: string }>("orders");
      const notes = (listener: (note: BrokerNote) => void) => {
        told.push(listener);
        return { [Symbol.dispose]: () => void stopped++ };
      };
      const transport = { ...orders.transport, accounting: { ...of.accounting, notes } };
      return { orders: { ...orders, transport } };
    },
  });
  const scope = harness.scope("test");
  expect(told).toHaveLength(1);
  told[0]?.({ text: "time was moved by 90 s" });
  expect(scope.timeline()).toContain("time was moved by 90 s");
  await scope.close();
  await harness.close();
  expect(stopped).toBe(1);
});

test("that the listeners were closed, too", async () => {
  const { harness } = await openHarness();
  const scope = harness.scope("test");
  await harness.close();
  expect(scope.timeline()).toContain("listener on orders closed");
});

describe("a system that ends by itself while a scope is open", () => {
  test("fails it at its end, also when no wait was there to see it", async () => {
    const { harness, system, clock } = await openHarness();
    const scope = harness.scope("test");
    system.die();
    await clock.settle();
    await expect(scope.close()).rejects.toMatchObject({
      code: "SYSTEM_EXITED",
      message: expect.stringContaining(
        "shop ended (exit code 1) during this test, and was not started again",
      ) as unknown,
    });
    // the next test did not cause it
    await expect(harness.scope("next").close()).resolves.toBeUndefined();
  });

  test("does not when that was asked for", async () => {
    const { harness, system, clock } = await openHarness();
    const scope = harness.scope("test");
    system.die(true);
    await clock.settle();
    await expect(scope.close()).resolves.toBeUndefined();
    await expect(harness.close()).resolves.toBeUndefined();
  });

  test("does not when the test has started it again", async () => {
    const { harness, system, clock } = await openHarness();
    const scope = harness.scope("test");
    system.die();
    await clock.settle();
    system.setReady(true);
    await expect(scope.close()).resolves.toBeUndefined();
    await expect(harness.close()).resolves.toBeUndefined();
  });

  test("is told at the end of a test that failed without a word of it, and only there", async () => {
    const { harness, system, clock } = await openHarness();
    const scope = harness.scope("test");
    system.die();
    await clock.settle();
    await expect(scope.close({ failed: true })).rejects.toMatchObject({ code: "SYSTEM_EXITED" });
    await expect(harness.scope("next").close()).resolves.toBeUndefined();
    await expect(harness.close()).resolves.toBeUndefined();
  });

  test("is not told again when a wait of the failed test has told it", async () => {
    const { harness, system, clock } = await openHarness();
    const scope = harness.scope("test");
    const next = watch(scope.channels.orders.next());
    system.die();
    await clock.settle();
    await clock.advance(101);
    expect(next.error).toMatchObject({ code: "SYSTEM_EXITED" });
    await expect(scope.close({ failed: true })).resolves.toBeUndefined();
    await expect(harness.close()).resolves.toBeUndefined();
  });
});

describe("of two systems, one of which is down since an earlier test and was told of", () => {
  async function withOneDown() {
    const [first, second] = [new TinySystem(), Object.assign(new TinySystem(), { name: "billing" })];
    const opened = await openHarness({ system: false, systems: [first, second] });
    const scope = opened.harness.scope("first");
    first.die();
    await opened.clock.settle();
    await expect(scope.close()).rejects.toMatchObject({ code: "SYSTEM_EXITED" });
    return { ...opened, second };
  }
  const told = (what: string) => ({
    code: "SYSTEM_EXITED",
    message: expect.stringContaining(`billing ended (exit code 1) ${what}`) as unknown,
  });

  test("the other fails the test in which it ends", async () => {
    const { harness, second, clock } = await withOneDown();
    const scope = harness.scope("second");
    second.die();
    await clock.settle();
    await expect(scope.close()).rejects.toMatchObject(told("during this test, and was not started again"));
    await expect(harness.close()).resolves.toBeUndefined();
  });

  test("the other fails the test before which it ends", async () => {
    const { harness, second, clock } = await withOneDown();
    second.die();
    await clock.settle();
    await clock.advance(10);
    await expect(harness.scope("second").close()).rejects.toMatchObject(told("10 ms before this test began"));
    await expect(harness.close()).resolves.toBeUndefined();
  });
});

describe("a system that ends by itself while no scope is open", () => {
  test("fails the next one, once", async () => {
    const { harness, system, clock } = await openHarness();
    await harness.scope("first").close();
    system.die();
    await clock.settle();
    await clock.advance(1_200);
    await expect(harness.scope("second").close()).rejects.toMatchObject({
      code: "SYSTEM_EXITED",
      message: expect.stringContaining(
        "shop ended (exit code 1) 1.2 s before this test began, and was not started again",
      ) as unknown,
    });
    await expect(harness.scope("third").close()).resolves.toBeUndefined();
    await expect(harness.close()).resolves.toBeUndefined();
  });

  test("fails the run when no test comes any more", async () => {
    const { harness, system } = await openHarness();
    await harness.scope("last").close();
    system.die();
    await expect(harness.close()).rejects.toMatchObject({
      code: "SYSTEM_EXITED",
      message: expect.stringContaining(
        'shop ended (exit code 1) after "last" had ended, and no test told of it',
      ) as unknown,
    });
  });

  test("is waited for a moment, where the last test left work behind", async () => {
    const { harness, system, broker, clock } = await openHarness();
    broker.setPending({ inFlight: 1 });
    const scope = watch(harness.scope("last").close());
    await clock.settle();
    expect(scope.state).toBe("fulfilled");
    const closing = watch(harness.close());
    await clock.advance(200);
    expect(closing.state).toBe("pending");
    system.die();
    await clock.settle();
    expect(closing.error).toMatchObject({ code: "SYSTEM_EXITED" });
  });

  test("is waited for no longer than that", async () => {
    const { harness, broker, clock } = await openHarness();
    broker.setPending({ inFlight: 1 });
    const scope = watch(harness.scope("last").close());
    await clock.settle();
    expect(scope.state).toBe("fulfilled");
    const closing = watch(harness.close());
    await clock.advance(299);
    expect(closing.state).toBe("pending");
    await clock.advance(2);
    expect(closing.state).toBe("fulfilled");
  });
});
