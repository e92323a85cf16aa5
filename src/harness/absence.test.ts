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
    expect(wait.error).toMatchObject({ hint: expect.stringMatching(/^Before it is over, silence proves/) as string });
  });

  test("where what is unfinished was taken and may be forgotten, the hint asks whether it is acknowledged", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.setPending({ inFlight: 1, unacknowledged: 1 });
    const waits = [watch(scope.channels.orders.none()), watch(scope.settled())];
    await clock.advance(1_001);
    for (const { error } of waits)
      expect(error).toMatchObject({ hint: expect.stringContaining("does it not acknowledge what it took") as string });
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
