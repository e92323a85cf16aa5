/** `onVerdict`: every wait, proof and probe tells how it ended, in the time that its SLA counts. */
import { expect, test } from "vitest";
import { openHarness, TinySystem, watch } from "../../test/support/open-harness.ts";
import type { Verdict } from "./index.ts";

async function open(system = new TinySystem()) {
  const verdicts: Verdict[] = [];
  const opened = await openHarness({ system, onVerdict: (verdict) => verdicts.push(verdict) });
  opened.broker.echo = false;
  const scope = opened.harness.scope("test");
  return { ...opened, scope, orders: scope.channels.orders, verdicts };
}

test("next(): from the start of the wait, from `since`, from the send that caused it", async () => {
  const { orders, broker, clock, verdicts } = await open();
  const wait = orders.next({ id: "a" });
  await clock.advance(300);
  broker.deliver({ id: "a" });
  await wait;
  const sent = await orders.send({ id: "b" });
  await clock.advance(400);
  broker.deliver({ id: "b" });
  broker.deliver({ id: "c" }, { traceparent: broker.sentWith[0] as string });
  await clock.advance(200);
  await orders.next({ id: "b" }, { since: sent, within: 700 });
  await orders.next({ id: "c" });
  const common = { scope: "test", what: "next on orders", outcome: "green" };
  expect(verdicts).toEqual([
    { ...common, took: 300, within: 1_000 },
    { ...common, took: 400, within: 700 },
    { ...common, took: 400, within: 1_000 },
  ]);
});

test("exactly(): until all had come, not the silence afterwards", async () => {
  const { orders, broker, clock, verdicts } = await open(new TinySystem(false));
  const wait = watch(orders.exactly(2, { id: "a" }));
  broker.deliver({ id: "a" });
  await clock.advance(900);
  broker.deliver({ id: "a" });
  await clock.advance(1_001);
  expect(wait.state).toBe("fulfilled");
  expect(verdicts).toEqual([
    { scope: "test", what: "exactly 2 on orders", outcome: "green", took: 900, within: 1_000 },
  ]);
});

test("none() and settled(): until it was proved; to watch for so long is no SLA", async () => {
  const proved = await open();
  proved.broker.setPending({ inFlight: 1 });
  const waits = [watch(proved.orders.none({ id: "a" })), watch(proved.scope.settled())];
  await proved.clock.advance(100);
  proved.broker.setPending({ inFlight: 0 });
  await proved.clock.advance(1);
  expect(waits.map(({ state }) => state)).toEqual(["fulfilled", "fulfilled"]);
  expect(proved.verdicts).toEqual([
    { scope: "test", what: "none on orders", outcome: "green", took: 100, within: 1_000 },
    { scope: "test", what: "settled", outcome: "green", took: 100, within: 1_000 },
  ]);

  const watched = await open(new TinySystem(false));
  const none = watch(watched.orders.none({ id: "a" }));
  const quiet = watch(watched.scope.settled({ quiet: 300 }));
  await watched.clock.advance(1_001);
  expect([none.state, quiet.state]).toEqual(["fulfilled", "fulfilled"]);
  expect(watched.verdicts).toEqual([
    { scope: "test", what: "settled", outcome: "green", took: 300, within: 1_000 },
    { scope: "test", what: "none on orders", outcome: "green", took: 1_000 },
  ]);
});

test("probes: until the look that held; what must stay so has no SLA", async () => {
  const { scope, clock, verdicts } = await open();
  const waits = [
    watch(
      scope.probeUntil(({ number }) => number, { until: (number) => number === 3, interval: 100, description: "3" }),
    ),
    watch(scope.probeDuring(() => 1, { during: 500, description: "1" })),
    watch(scope.probeUntil(() => 1, { until: () => false, within: 700, description: "never" })),
  ];
  await clock.advance(1_000);
  expect(waits.map(({ state }) => state)).toEqual(["fulfilled", "fulfilled", "rejected"]);
  expect(verdicts).toMatchObject([
    { scope: "test", what: "probeUntil 3", outcome: "green", took: 200, within: 1_000 },
    { scope: "test", what: "probeDuring 1", outcome: "green", took: 500 },
    { scope: "test", what: "probeUntil never", outcome: "red", took: 700, within: 700 },
  ]);
  expect(verdicts[1]).not.toHaveProperty("within");
});

test("red ones, also those that come at the end of the scope or after it, by its name", async () => {
  const { orders, scope, harness, broker, clock, verdicts } = await open();
  const wait = watch(orders.next({ id: "never" }));
  await clock.advance(1_001);
  expect(wait.state).toBe("rejected");
  await orders.none({ id: "a" });
  void orders.next({ id: "nobody awaits it" });
  await clock.advance(100);
  await expect(scope.close()).rejects.toMatchObject({ code: "NOT_AWAITED" });
  broker.deliver({ id: "a" });
  expect(harness.takeFailures()).toHaveLength(1);
  expect(verdicts.filter(({ outcome }) => outcome === "red")).toEqual([
    { scope: "test", what: "next on orders", outcome: "red", took: 1_000, within: 1_000 },
    { scope: "test", what: "next on orders", outcome: "red", took: 100 },
    { scope: "test", what: "none on orders", outcome: "red", took: 100, within: 1_000 },
  ]);
});

test("a listener of verdicts that throws hurts no wait", async () => {
  const { harness, broker } = await openHarness({
    onVerdict: () => {
      throw new Error("a broken statistic");
    },
  });
  const scope = harness.scope("test");
  broker.deliver({ id: "a" });
  await scope.channels.orders.next({ id: "a" });
  expect(scope.timeline()).toContain("a broken statistic");
});
