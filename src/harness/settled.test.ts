/** T4: settled({ quiet }) is a heuristic about silence only; everything else that can be known counts all the same. */
import { describe, expect, test } from "vitest";
import { openHarness, TinySystem, watch } from "../../test/support/open-harness.ts";

describe("settled({ quiet })", () => {
  const open = () => openHarness({ system: new TinySystem(false) });

  test("a system that died before or meanwhile: unknown", async () => {
    const before = await open();
    before.system.die();
    await before.clock.advance(200);
    await expect(before.harness.scope("test").settled({ quiet: 100 })).rejects.toMatchObject({ code: "UNKNOWN" });
    const meanwhile = await open();
    const wait = watch(meanwhile.harness.scope("test").settled({ quiet: 100 }));
    await meanwhile.clock.advance(50);
    meanwhile.system.die();
    await meanwhile.clock.advance(100);
    expect(wait.error).toMatchObject({ code: "UNKNOWN" });
  });

  test("a deaf listener: unknown", async () => {
    const { harness, broker, clock } = await open();
    const wait = watch(harness.scope("test").settled({ quiet: 100 }));
    await clock.advance(50);
    for (const sink of broker.sinks) sink.deaf(new Error("gone"));
    await clock.advance(100);
    expect(wait.error).toMatchObject({ code: "UNKNOWN" });
  });

  test("the runner's time-out is not the SLA: not judged", async () => {
    const { harness, clock } = await open();
    const scope = harness.scope("test", { deadline: { at: 300, name: "testTimeout" } });
    const wait = watch(scope.settled({ quiet: 500 }));
    await clock.advance(400);
    expect(wait.error).toMatchObject({ code: "NOT_JUDGED" });
  });

  test("no silence of that length within the SLA is a violation", async () => {
    const { harness, broker, clock } = await open();
    const wait = watch(harness.scope("test").settled({ quiet: 500 }));
    for (let index = 0; index < 4; index++) {
      await clock.advance(300);
      broker.deliver({ id: "a" });
    }
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED" });
  });

  test("what was sent and reached nobody: unheard", async () => {
    const { harness, broker, clock } = await open();
    broker.reached = 0;
    broker.echo = false;
    const scope = harness.scope("test");
    await scope.channels.orders.send({ id: "a" });
    const wait = watch(scope.settled({ quiet: 100 }));
    await clock.advance(200);
    expect(wait.error).toMatchObject({ code: "UNHEARD" });
  });

  test("what other scopes send, and their events, do not disturb the silence", async () => {
    const { harness, broker, clock } = await open();
    broker.echo = false;
    const scope = harness.scope("test");
    const other = harness.scope("other");
    const wait = watch(scope.settled({ quiet: 100 }));
    await clock.advance(60);
    await other.channels.orders.send({ id: "a" });
    broker.deliver({ id: "a" }, { traceparent: other.headers["traceparent"] as string });
    await clock.advance(60);
    expect(wait.value).toMatchObject({ how: "quiet" });
  });

  test("its verdict is written down", async () => {
    const { harness, clock } = await open();
    const scope = harness.scope("test");
    const wait = scope.settled({ quiet: 100 });
    await clock.advance(101);
    await wait;
    expect(scope.timeline()).toContain("settled: green, quiet for 100 ms");
  });
});

describe("settled()", () => {
  test("a deaf listener, or a system that was not alive meanwhile: unknown", async () => {
    const { harness, broker, clock, system } = await openHarness();
    broker.setPending({ inFlight: 1 });
    const scope = harness.scope("test");
    const deaf = watch(scope.settled());
    await clock.advance(50);
    for (const sink of broker.sinks) sink.deaf(new Error("gone"));
    await clock.advance(50);
    expect(deaf.error).toMatchObject({ code: "UNKNOWN" });
    for (const sink of broker.sinks) sink.back(false);
    await clock.advance(50);
    const ill = watch(scope.settled());
    await clock.advance(50);
    system.setReady(false);
    system.setReady(true);
    await clock.advance(50);
    expect(ill.error).toMatchObject({ code: "UNKNOWN" });
  });

  test("the runner's time-out is not the SLA: not judged", async () => {
    const { harness, broker, clock } = await openHarness();
    broker.setPending({ inFlight: 1 });
    const scope = harness.scope("test", { deadline: { at: 300, name: "testTimeout" } });
    const wait = watch(scope.settled());
    await clock.advance(400);
    expect(wait.error).toMatchObject({ code: "NOT_JUDGED" });
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

  test("does not say that all work is done where events keep coming until its time is up", async () => {
    const { broker, harness, clock } = await openHarness();
    const { pending } = broker;
    let answers = true;
    Object.defineProperty(broker, "pending", {
      get: () => {
        if (answers) queueMicrotask(() => broker.deliver({ id: "more" }));
        return pending;
      },
    });
    const wait = watch(harness.scope("test").settled());
    await clock.advance(1_100);
    while (wait.state === "pending") await clock.settle();
    answers = false;
    expect(wait.error?.message).toContain("not settled after 1 s: events kept coming");
    expect(wait.error?.message).not.toContain("all work is done");
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
