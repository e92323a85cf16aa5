/** What must never be green: each case is planted, and comes out red or unknown. */
import { describe, expect, test } from "vitest";
import { openHarness, TinySystem, watch } from "../../test/support/open-harness.ts";

describe("T3: proof of absence", () => {
  test("with all four facts it is proved at once", async () => {
    const { harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const proof = await scope.channels.orders.none({ id: "a" });
    expect(proof).toMatchObject({
      how: "proved",
      facts: ["heard", "worked off", "finished", "delivered"],
      missing: [],
      watchedFor: 0,
    });
    expect(clock.armed).toBe(0);
  });

  test("it waits for known work, and no longer", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.setPending({ inFlight: 1, where: ["1 in flight"] });
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(600);
    expect(wait.state).toBe("pending");
    broker.setPending({ inFlight: 0, where: [] });
    await clock.advance(1);
    expect(wait.value).toMatchObject({ how: "proved" });
  });

  test("an event that comes out of that work makes it red", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.setPending({ inFlight: 1 });
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(300);
    broker.deliver({ id: "a" });
    broker.setPending({ inFlight: 0 });
    await clock.settle();
    expect(wait.error).toMatchObject({ code: "UNEXPECTED_EVENT" });
  });

  test("work that is known to be unfinished at the end is unknown, never green", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.setPending({
      inFlight: 1,
      where: ["1 in flight on orders, invisible for 27.9 s more: advance the simulator?"],
    });
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(2_500);
    expect(wait.error).toMatchObject({ code: "UNKNOWN" });
    expect(wait.error?.message).toContain("advance the simulator?");
  });

  test("without the system's declaration it watches for the whole SLA, and says what was missing", async () => {
    const { harness, clock } = await openHarness({ system: new TinySystem(false) });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(999);
    expect(wait.state).toBe("pending");
    await clock.advance(2);
    expect(wait.value).toMatchObject({ how: "watched", missing: ["finished"], watchedFor: 1_000 });
  });

  test("a system's own idle sign is enough", async () => {
    const system = new TinySystem(false);
    let idle = false;
    system.idle = () => Promise.resolve(idle);
    const { harness, clock } = await openHarness({ system });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(200);
    expect(wait.state).toBe("pending");
    idle = true;
    await clock.advance(50);
    expect(wait.value).toMatchObject({ how: "proved" });
  });

  test("what is still on its way to the harness is waited for", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.setPending({ undelivered: 1 });
    const wait = watch(scope.channels.orders.none({ id: "a" }));
    await clock.advance(10);
    expect(wait.state).toBe("pending");
    broker.deliver({ id: "a" });
    broker.setPending({ undelivered: 0 });
    await clock.settle();
    expect(wait.error).toMatchObject({ code: "UNEXPECTED_EVENT" });
  });
});

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

describe("T4: settled", () => {
  test("waits for known work", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.setPending({ waiting: 1 });
    const wait = watch(scope.settled());
    await clock.advance(100);
    expect(wait.state).toBe("pending");
    broker.setPending({ waiting: 0 });
    await clock.advance(1);
    expect(wait.value).toMatchObject({ how: "proved" });
  });

  test("is not settled while events of the scope keep coming between two looks", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    let left = 5;
    const { pending } = broker;
    // each look of the harness is answered by "nothing to do", and followed by one more event
    Object.defineProperty(broker, "pending", {
      get: () => {
        if (left-- > 0) queueMicrotask(() => broker.deliver({ id: `cascade-${left}` }));
        return pending;
      },
    });
    const wait = watch(scope.settled());
    while (wait.state === "pending") await clock.settle();
    expect(wait.state).toBe("fulfilled");
    expect(wait.value?.rounds).toBeGreaterThan(5);
  });

  test("rejects at once where a fact cannot be known, and names the cure", async () => {
    const { harness } = await openHarness({ system: new TinySystem(false) });
    const scope = harness.scope("test");
    await expect(scope.settled()).rejects.toMatchObject({
      code: "NOT_KNOWABLE",
      hint: expect.stringContaining("quiet") as unknown,
    });
  });

  test("with quiet, waits for that much silence", async () => {
    const { broker, harness, clock } = await openHarness({ system: new TinySystem(false) });
    const scope = harness.scope("test");
    const wait = watch(scope.settled({ quiet: 300 }));
    await clock.advance(200);
    broker.deliver({ id: "a" });
    await clock.advance(299);
    expect(wait.state).toBe("pending");
    await clock.advance(2);
    expect(wait.value).toMatchObject({ how: "quiet" });
  });

  test("says what it is waiting for when the time is up", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.setPending({ inFlight: 1, where: ["1 in flight on work"] });
    const wait = watch(scope.settled());
    await clock.advance(1_100);
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(wait.error?.message).toContain("1 in flight on work");
  });
});

describe("what does not concern the scope does not keep a proof from being made", () => {
  test.for([
    ["a system that logs without pause", false],
    ["events of another test without pause", true],
  ] as const)("%s", async ([, events], { expect }) => {
    const { harness, broker, system } = await openHarness();
    const scope = harness.scope("test");
    const other = harness.scope("other");
    const traceparent = other.headers["traceparent"] as string;
    const { pending } = broker;
    let looks = 0;
    // whenever the broker has answered, before the next look
    Object.defineProperty(broker, "pending", {
      get: () => {
        if (++looks < 50) {
          setImmediate(() => {
            if (events) broker.deliver({ id: "noise" }, { traceparent });
            else system.log("noise");
          });
        }
        return pending;
      },
    });
    expect(await scope.channels.orders.none({ id: "a" })).toMatchObject({ how: "proved" });
    expect(looks).toBeLessThan(5);
  });
});
