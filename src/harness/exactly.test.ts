import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openHarness, TinySystem, watch } from "../../test/support/open-harness.ts";

describe("exactly", () => {
  test("counts events that other waits have taken too", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    await scope.channels.orders.next({ id: "a" });
    expect(await scope.channels.orders.exactly(1, { id: "a" })).toHaveLength(1);
  });

  test("one more ends it at once", async () => {
    const { broker, harness, clock } = await openHarness({ system: new TinySystem(false) });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.exactly(1, { id: "a" }));
    broker.deliver({ id: "a" });
    await clock.advance(100);
    broker.deliver({ id: "a" });
    await clock.settle();
    expect(wait.error).toMatchObject({ code: "WRONG_COUNT" });
  });

  test.for([
    ["exactly", "does not fit the channel's schema", { identifier: "a" }],
    ["none", "does not fit the channel's schema", { identifier: "a" }],
    ["exactly", "codec cannot read", undefined],
    ["none", "codec cannot read", undefined],
  ] as const)("%s: the hint says that an event %s", async ([wait, hint, body]) => {
    const schema = z.object({ id: z.string() });
    const { broker, harness, clock } = await openHarness({
      channels: (of) => ({ orders: of.channel<{ id: string }>("orders", { schema }) }),
    });
    const { orders } = harness.scope("test").channels;
    if (body !== undefined) broker.deliver(body);
    const cause = new Error("no JSON");
    for (const sink of broker.sinks)
      if (body === undefined) sink.undecodable({ id: "1", raw: "{", attributes: {}, cause });
    const ended = watch<unknown>(wait === "none" ? orders.none() : orders.exactly(1));
    await clock.advance(2_500);
    expect(ended.error).toMatchObject({ code: "UNKNOWN", hint: expect.stringContaining(hint) as string });
  });

  test("claims what it counted, when it is green", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    const [counted] = await scope.channels.orders.exactly(1, { id: "a" });
    expect(counted?.claimed).toBe(true);
    const next = watch(scope.channels.orders.next({ id: "a" }));
    await clock.advance(2_500);
    expect(next.error).toMatchObject({ code: "SLA_VIOLATED" });
  });

  test("a system that dies, and a listener that breaks, end it at once", async () => {
    const { broker, harness, clock, system } = await openHarness();
    const scope = harness.scope("test");
    const first = watch(scope.channels.orders.exactly(1, { id: "a" }));
    const cause = new Error("no such queue");
    for (const sink of broker.sinks) sink.failed(cause);
    await clock.settle();
    expect(first.error).toMatchObject({ code: "LISTENER_FAILED", cause });
    const second = watch(scope.channels.orders.exactly(1, { id: "a" }));
    system.die();
    await clock.settle();
    expect(second.error).toMatchObject({ code: "LISTENER_FAILED" });
    const other = await openHarness();
    const third = watch(other.harness.scope("test").channels.orders.exactly(1, { id: "a" }));
    await other.clock.settle();
    other.system.die();
    await other.clock.settle();
    expect(third.error).toMatchObject({ code: "SYSTEM_EXITED" });
  });

  test("the runner's time-out is not the SLA: not judged, neither while it counts nor in the silence afterwards", async () => {
    const { broker, harness, clock } = await openHarness({ system: new TinySystem(false) });
    const scope = harness.scope("test", { deadline: { at: 500, name: "testTimeout" } });
    const counting = watch(scope.channels.orders.exactly(1, { id: "a" }));
    const silent = watch(scope.channels.orders.exactly(1, { id: "b" }));
    const none = watch(scope.channels.orders.none({ id: "a" }));
    broker.deliver({ id: "b" });
    await clock.advance(501);
    expect([counting, silent, none].map(({ error }) => error?.code)).toEqual(Array(3).fill("NOT_JUDGED"));
  });

  test("too few is a wrong count, none at all an SLA violation", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const two = watch(scope.channels.orders.exactly(2, { id: "a" }));
    const one = watch(scope.channels.orders.exactly(1, { id: "b" }));
    broker.deliver({ id: "a" });
    await clock.advance(2_010);
    expect(two.error).toMatchObject({ code: "WRONG_COUNT" });
    expect(one.error).toMatchObject({ code: "SLA_VIOLATED" });
  });

  test("the silence afterwards has a window of its own", async () => {
    const { broker, harness, clock } = await openHarness({ system: new TinySystem(false) });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.exactly(1, { id: "a" }));
    await clock.advance(900);
    broker.deliver({ id: "a" });
    await clock.advance(900);
    expect(wait.state).toBe("pending");
    await clock.advance(200);
    expect(wait.state).toBe("fulfilled");
  });

  test("a redelivery does not count, unless deliveries are counted", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" }, { id: "m" });
    broker.deliver({ id: "a" }, { id: "m", deliveries: 2 });
    expect(await scope.channels.orders.exactly(1, { id: "a" })).toHaveLength(1);
    await expect(scope.channels.orders.exactly(1, { id: "a" }, { count: "deliveries" })).rejects.toMatchObject({
      code: "WRONG_COUNT",
    });
  });

  test("a late second event after it contradicts it", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    await scope.channels.orders.exactly(1, { id: "a" });
    broker.deliver({ id: "a" });
    await expect(scope.close()).rejects.toMatchObject({ code: "PROOF_CONTRADICTED" });
  });
});
