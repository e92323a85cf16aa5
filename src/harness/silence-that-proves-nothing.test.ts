/** What must never be green: each case is planted, and comes out red or unknown. */
import { describe, expect, test } from "vitest";
import { openHarness, TinySystem, watch } from "../../test/support/open-harness.ts";

describe("planted: what proves nothing is not green", () => {
  test("answered 202, published later: watched without the declaration, and red", async () => {
    const { broker, harness, clock } = await openHarness({ system: new TinySystem(false) });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(800);
    broker.deliver({ id: "a" });
    await clock.settle();
    expect(wait.error).toMatchObject({ code: "UNEXPECTED_EVENT" });
  });

  test("acknowledged before worked, declared otherwise: the proof is contradicted, and the scope red", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    await scope.channels.orders.none({ id: "a" });
    broker.deliver({ id: "a" }, { traceparent: scope.headers["traceparent"] as string });
    await expect(scope.close()).rejects.toMatchObject({ code: "PROOF_CONTRADICTED" });
  });

  test("an outbox relayed after the end of the test: the run is red", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    await scope.channels.orders.none({ id: "a" });
    await scope.close();
    broker.deliver({ id: "a" }, { traceparent: scope.headers["traceparent"] as string });
    const closing = watch(harness.close());
    await clock.advance(600);
    expect(closing.error).toMatchObject({ code: "PROOF_CONTRADICTED" });
    expect(closing.error?.message).toContain('in "test"');
  });

  test("the harness stays open long enough after a proof to be contradicted", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    await scope.channels.orders.none({ id: "a" });
    await scope.close();
    const closing = watch(harness.close());
    await clock.advance(200);
    broker.deliver({ id: "a" }, { traceparent: scope.headers["traceparent"] as string });
    await clock.advance(400);
    expect(closing.error).toMatchObject({ code: "PROOF_CONTRADICTED" });
  });

  test("a late event that a later wait of the same test expects contradicts nothing", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    await scope.channels.orders.none({ id: "a" });
    broker.deliver({ id: "a" });
    await scope.channels.orders.next({ id: "a" });
    await expect(scope.close()).resolves.toBeUndefined();
  });

  test("the system was killed: unknown", async () => {
    const system = new TinySystem();
    const { harness, clock } = await openHarness({ system });
    const scope = harness.scope("test");
    system.die(true);
    // some time before the wait: what counts is that it is dead now
    await clock.advance(10);
    await expect(scope.channels.orders.none({ id: "a" })).rejects.toMatchObject({ code: "UNKNOWN" });
  });

  test("the system was not ready for a moment: unknown", async () => {
    const system = new TinySystem(false);
    const { harness, clock } = await openHarness({ system });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(100);
    system.setReady(false);
    system.setReady(true);
    await clock.settle();
    expect(wait.error).toMatchObject({ code: "UNKNOWN" });
  });

  test("nobody subscribed: unheard, at once", async () => {
    const { broker, harness } = await openHarness({
      channels: (of) => ({ input: of.channel<object>("input"), orders: of.channel<{ id: string }>("orders") }),
    });
    broker.reached = 0;
    broker.echo = false;
    const scope = harness.scope("test");
    await scope.channels.input.send({ x: 1 });
    await expect(scope.channels.orders.none({ id: "a" })).rejects.toMatchObject({ code: "UNHEARD" });
    await expect(scope.settled()).rejects.toMatchObject({ code: "UNHEARD" });
  });

  test("an event that cannot be decoded: unknown", async () => {
    const { broker, harness } = await openHarness({
      channels: (of) => ({ orders: of.channel<{ id: string }>("orders", { carries: "bytes" }) }),
    });
    const scope = harness.scope("test");
    broker.deliver("{ not JSON");
    await expect(scope.channels.orders.none({ id: "a" })).rejects.toMatchObject({ code: "UNKNOWN" });
  });

  test("an event of another schema: unknown", async () => {
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          typeof value === "object" && value !== null && "id" in value ? { value } : { issues: [{ message: "no id" }] },
      },
    };
    const { broker, harness } = await openHarness({
      channels: (of) => ({ orders: of.channel<{ id: string }>("orders", { schema }) }),
    });
    const scope = harness.scope("test");
    broker.deliver({ identifier: "a" });
    await expect(scope.channels.orders.none({ id: "a" })).rejects.toMatchObject({ code: "UNKNOWN" });
  });

  test("a deaf listener: unknown", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    for (const sink of broker.sinks) sink.deaf(new Error("gone"));
    // some time before the wait: what counts is that it is deaf now
    await clock.advance(10);
    await expect(scope.channels.orders.none({ id: "a" })).rejects.toMatchObject({ code: "UNKNOWN" });
  });

  test("a listener that was deaf for a moment, though nothing was lost: unknown", async () => {
    const { broker, harness, clock } = await openHarness({ system: new TinySystem(false) });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(100);
    for (const sink of broker.sinks) {
      sink.deaf(new Error("gone"));
      sink.back(false);
    }
    await clock.settle();
    expect(wait.error).toMatchObject({ code: "UNKNOWN" });
  });

  test("a listener that came back with events lost: unknown", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    for (const sink of broker.sinks) {
      sink.deaf(new Error("gone"));
      sink.back(true);
    }
    // some time before the wait: what was lost may be what the proof says did not come
    await clock.advance(10);
    await expect(scope.channels.orders.none({ id: "a" })).rejects.toMatchObject({ code: "UNKNOWN" });
  });

  test("approximate counts: never proved", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.setPending({ exact: false, reason: "AWS counts are approximate" });
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(1_001);
    expect(wait.value).toMatchObject({ how: "watched", missing: ["worked off", "delivered"] });
  });

  test("no accounting: never proved", async () => {
    const { harness, clock } = await openHarness({
      channels: (of) => ({ orders: of.channel<{ id: string }>("orders", { accounting: false }) }),
    });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(1_001);
    expect(wait.value).toMatchObject({ how: "watched" });
  });

  test("a broker that does not say whom an event reached: never proved", async () => {
    const { broker, harness, clock } = await openHarness({
      channels: (of) => ({ input: of.channel<object>("input"), orders: of.channel<{ id: string }>("orders") }),
    });
    broker.reached = undefined;
    broker.echo = false;
    const scope = harness.scope("test");
    await scope.channels.input.send({ x: 1 });
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(1_001);
    expect(wait.value).toMatchObject({ how: "watched", missing: ["heard"] });
  });

  test("a send that is still under way: not proved before it is done", async () => {
    const accepted = Promise.withResolvers<{ id: string; reached: number }>();
    const { harness, clock } = await openHarness({
      channels: (of) => {
        const input = of.channel<object>("input");
        const send = () => accepted.promise;
        return {
          input: { ...input, endpoint: { ...input.endpoint, send } },
          orders: of.channel<{ id: string }>("orders"),
        };
      },
    });
    const scope = harness.scope("test");
    const sending = scope.channels.input.send({ x: 1 });
    const waits = [watch(scope.channels.orders.none({ id: "a" })), watch(scope.settled())];
    const quiet = watch(scope.settled({ quiet: 20 }));
    await clock.advance(100);
    expect([...waits, quiet].map(({ state }) => state)).toEqual(["pending", "pending", "pending"]);
    accepted.resolve({ id: "m", reached: 1 });
    await sending;
    await clock.advance(50);
    expect(waits.map(({ value }) => value)).toMatchObject([{ how: "proved" }, { how: "proved" }]);
    expect(quiet.value).toMatchObject({ how: "quiet" });
  });

  test("nor one whose payload is still being checked", async () => {
    const checked = Promise.withResolvers<{ value: unknown }>();
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate: () => checked.promise } };
    const { broker, harness, clock } = await openHarness({
      channels: (of) => ({
        input: of.channel<object>("input", { schema }),
        orders: of.channel<{ id: string }>("orders"),
      }),
    });
    broker.echo = false;
    const scope = harness.scope("test");
    const sending = scope.channels.input.send({ x: 1 });
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(100);
    expect(wait.state).toBe("pending");
    checked.resolve({ value: {} });
    await sending;
    await clock.advance(50);
    expect(wait.value).toMatchObject({ how: "proved" });
  });

  test("an asynchronous schema that is still at work: not proved before it is done", async () => {
    const done = Promise.withResolvers<{ value: unknown }>();
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate: () => done.promise } };
    const { broker, harness, clock } = await openHarness({
      channels: (of) => ({ orders: of.channel<{ id: string }>("orders", { schema }) }),
    });
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(100);
    expect(wait.state).toBe("pending");
    done.resolve({ value: { id: "a" } });
    await clock.advance(5);
    expect(wait.error).toMatchObject({ code: "UNEXPECTED_EVENT" });
  });

  test("a journal that forgot what came: unknown", async () => {
    const { broker, harness } = await openHarness({ journal: { maxEntries: 10 } });
    const scope = harness.scope("test");
    for (let index = 0; index < 30; index++) broker.deliver({ id: `other-${index}` });
    await expect(scope.channels.orders.none({ id: "a" })).rejects.toMatchObject({ code: "UNKNOWN" });
  });
});
