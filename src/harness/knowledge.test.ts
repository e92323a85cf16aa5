/** What brokers, systems and the harness itself know, and when it is asked. */
import { describe, expect, test } from "vitest";
import { openHarness, TinySystem, watch } from "../../test/support/open-harness.ts";

describe("heard: whom an event reached is asked when it is judged", () => {
  async function sentToNobody() {
    const opened = await openHarness({
      channels: (of) => ({ input: of.channel<object>("input"), orders: of.channel<{ id: string }>("orders") }),
    });
    const { broker, harness } = opened;
    broker.reached = 0;
    broker.echo = false;
    const asked: string[] = [];
    let reached = 0;
    Object.assign(broker.accounting, {
      reached: (id: string) => {
        asked.push(id);
        return reached;
      },
    });
    const scope = harness.scope("test");
    const sent = await scope.channels.input.send({ x: 1 });
    const later = (count: number) => {
      reached = count;
    };
    return { ...opened, scope, orders: scope.channels.orders, sent, asked, later };
  }

  test("somebody received it after all: proofs and settled() rest on that, and no wait calls it unheard", async () => {
    const { scope, orders, sent, asked, later, clock } = await sentToNobody();
    later(1);
    expect(await orders.none({ id: "a" })).toMatchObject({ how: "proved" });
    expect(await scope.settled()).toMatchObject({ how: "proved" });
    expect(new Set(asked)).toEqual(new Set([sent.id]));
    const next = watch(orders.next({ id: "a" }));
    await clock.advance(2_500);
    expect(next.error).toMatchObject({ code: "SLA_VIOLATED" });
  });

  test("while it still waits for somebody, it is not unheard yet", async () => {
    const { scope, orders, later, broker, clock } = await sentToNobody();
    broker.setPending({ waiting: 1 });
    const waits = [watch(orders.none({ id: "a" })), watch(scope.settled())];
    await clock.advance(100);
    expect(waits.map(({ state }) => state)).toEqual(["pending", "pending"]);
    later(1);
    broker.setPending({ waiting: 0 });
    await clock.advance(1);
    expect(waits.map(({ value }) => value)).toMatchObject([{ how: "proved" }, { how: "proved" }]);
  });

  test("when nobody took it until the end, it is unheard", async () => {
    const { scope, orders, broker, clock } = await sentToNobody();
    broker.setPending({ waiting: 1 });
    const waits = [watch(orders.none({ id: "a" })), watch(scope.settled())];
    await clock.advance(1_100);
    expect(waits.map(({ error }) => error)).toMatchObject([{ code: "UNHEARD" }, { code: "UNHEARD" }]);
  });

  test("without knowing whom it reached, settled() is not knowable", async () => {
    const { harness, broker } = await openHarness();
    broker.reached = undefined;
    const scope = harness.scope("test");
    await scope.channels.orders.send({ id: "a" });
    await expect(scope.settled()).rejects.toMatchObject({ code: "NOT_KNOWABLE" });
  });
});

describe("a system that does not answer whether it is idle", () => {
  const hanging = () => {
    const system = new TinySystem(false);
    system.idle = () => new Promise(() => undefined);
    return openHarness({ system });
  };

  test("does not outlive the runner's time-out: not judged, 50 ms after it", async () => {
    const { harness, clock } = await hanging();
    const scope = harness.scope("test", { deadline: { at: 500, name: "testTimeout" } });
    const waits = [watch(scope.channels.orders.none({ id: "a" })), watch(scope.settled())];
    await clock.advance(560);
    expect(waits.map(({ error }) => error)).toMatchObject([{ code: "NOT_JUDGED" }, { code: "NOT_JUDGED" }]);
  });

  test("has a second after the SLA, and then it is not known", async () => {
    const { harness, clock } = await hanging();
    const scope = harness.scope("test");
    const none = watch(scope.channels.orders.none({ id: "a" }));
    const settled = watch(scope.settled());
    await clock.advance(1_900);
    expect([none.state, settled.state]).toEqual(["pending", "pending"]);
    await clock.advance(200);
    expect(none.value).toMatchObject({ how: "watched" });
    expect(settled.error).toMatchObject({ code: "NOT_KNOWABLE" });
  });

  test("does not keep a scope from ending", async () => {
    const { harness, clock } = await hanging();
    const closing = watch(harness.scope("test").close());
    await clock.advance(300);
    expect(closing.state).toBe("fulfilled");
  });
});

describe("systems that die", () => {
  test("of two, also of one name, the death of one is not forgotten when the other comes back", async () => {
    const [first, second] = [new TinySystem(), new TinySystem()];
    const { harness, clock } = await openHarness({ system: false, systems: [first, second] });
    first.die();
    await clock.settle();
    second.die();
    await clock.settle();
    second.setReady(true);
    const wait = watch(harness.scope("test").channels.orders.next({ id: "a" }));
    await clock.advance(101);
    expect(wait.error).toMatchObject({ code: "SYSTEM_EXITED" });
  });

  test("one that is ready again is not dead", async () => {
    const system = new TinySystem();
    const { harness, clock } = await openHarness({ system });
    system.die();
    await clock.settle();
    system.setReady(true);
    const wait = watch(harness.scope("test").channels.orders.next({ id: "a" }));
    await clock.advance(500);
    expect(wait.state).toBe("pending");
    await clock.advance(2_000);
  });

  test("a probe of the scope ends with it, and says which", async () => {
    const system = new TinySystem();
    const { harness, clock } = await openHarness({ system });
    const scope = harness.scope("test");
    const during = watch(scope.probeUntil(() => 1, { until: () => false }));
    await clock.settle();
    system.die();
    await clock.settle();
    expect(during.error?.message).toContain("shop ended (exit code 1)");
    const after = watch(scope.probeUntil(() => 1, { until: () => false }));
    await clock.settle();
    expect(after.error?.message).toContain("shop ended (exit code 1)");
  });

  test("one that died before a wait began is told as that, with how long before: in its test, and in those after", async () => {
    const system = new TinySystem();
    const { harness, clock } = await openHarness({ system });
    const during = harness.scope("during");
    const exactly = watch(during.channels.orders.exactly(2, { id: "a" }));
    const next = watch(during.channels.orders.next({ id: "a" }));
    await clock.settle();
    system.die();
    await clock.advance(101);
    expect(next.error?.message).toContain("System exited: shop ended (exit code 1) while next on orders was waiting\n");
    expect(exactly.error?.message).toContain(
      "shop ended (exit code 1) while exactly 2 on orders was waiting; 0 of 2 had come\n",
    );
    expect(next.error?.message).toContain("hint      What it wrote last, if anything, is in the timeline.");

    await clock.advance(1_099);
    const later = watch(during.channels.orders.next({ id: "a" }));
    await during.close({ failed: true });
    await clock.settle();
    const after = harness.scope("after");
    const waits = [
      watch(after.channels.orders.next({ id: "a" })),
      watch(after.channels.orders.exactly(2, { id: "a" })),
      watch(after.probeUntil(() => 1, { until: () => false })),
    ];
    await clock.advance(101);
    expect(later.error).toMatchObject({ code: "SCOPE_CLOSED" });
    expect(waits.map(({ error }) => error?.message.split("\n")[0])).toEqual([
      "System exited: shop ended (exit code 1) 1.2 s before next on orders began, and was not started again",
      "System exited: shop ended (exit code 1) 1.2 s before exactly 2 on orders began, and was not started again; 0 of 2 had come",
      "System exited: shop ended (exit code 1) 1.2 s before the probe began, and was not started again",
    ]);
    for (const { error } of waits) {
      expect(error?.message).toContain(
        "hint      What it wrote last, if anything, is in the timeline of the test in which it ended.",
      );
    }
  });
});

test("a probe that blocks the process is told of in the timeline, and in the report when it fails", async () => {
  const { harness, clock } = await openHarness();
  const scope = harness.scope("test");
  const blocking = () => {
    clock.block(400);
    return 1;
  };
  await scope.probeUntil(blocking, { description: "slow" });
  expect(scope.timeline()).toContain("probeUntil slow blocked this process for 400 ms");
  const red = watch(scope.probeUntil(blocking, { until: () => false, within: 0 }));
  await clock.advance(100);
  expect(red.error?.message).toContain("blocked   the probe itself blocked this process for 400 ms");
  expect(red.error).toMatchObject({ facts: { evidence: { blocked: 400 } } });
});
