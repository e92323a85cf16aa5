/** A proof stays open until the harness closes. */
import { describe, expect, test } from "vitest";
import { openHarness, TinySystem, watch } from "../../test/support/open-harness.ts";
import { errorOf } from "../../test/support/red.ts";

describe("a proof is contradicted", () => {
  test("by the second event, though a later wait expected the first", async () => {
    const { harness, broker } = await openHarness();
    const scope = harness.scope("test");
    await scope.channels.orders.none({ id: "a" });
    broker.deliver({ id: "a" });
    await scope.channels.orders.next({ id: "a" });
    broker.deliver({ id: "a" });
    await expect(scope.close()).rejects.toMatchObject({ code: "PROOF_CONTRADICTED" });
  });

  test("after its scope, though a wait within it expected an earlier event", async () => {
    const { harness, broker } = await openHarness();
    const scope = harness.scope("test");
    await scope.channels.orders.none({ id: "a" });
    broker.deliver({ id: "a" });
    await scope.channels.orders.next({ id: "a" });
    await scope.close();
    broker.deliver({ id: "a" });
    expect(harness.takeFailures()).toMatchObject([{ code: "PROOF_CONTRADICTED" }]);
  });

  test("by an event that comes while its scope closes", async () => {
    const system = new TinySystem(false);
    const idle: (() => void)[] = [];
    system.idle = () => Promise.resolve(true);
    const { harness, broker, clock } = await openHarness({ system });
    const scope = harness.scope("test");
    await scope.channels.orders.none({ id: "a" });
    system.idle = () =>
      new Promise((resolve) => {
        idle.push(() => {
          resolve(true);
        });
      });
    const closing = watch(scope.close());
    await clock.settle();
    broker.deliver({ id: "a" });
    for (const answer of idle) answer();
    await clock.advance(500);
    expect(closing.error).toMatchObject({ code: "PROOF_CONTRADICTED" });
  });

  test("and the failure says what the test had done since, or that it had ended", async () => {
    const { harness, broker, clock } = await openHarness();
    const scope = harness.scope("test");
    await scope.channels.orders.none({ id: "a" });
    await scope.channels.orders.none({ id: "b" });
    broker.deliver({ id: "b" });
    await clock.advance(1);
    const { sequence } = await scope.channels.orders.send({ id: "a" });
    const error = await errorOf(scope.close());
    expect(error).toMatchObject({ errors: [{}, {}] });
    const [unprovoked, provoked] = (error as AggregateError).errors.map(String);
    expect(provoked).toContain(`later, after the test had sent orders #${sequence}, this came`);
    expect(unprovoked).toMatch(/ms later this came/);
    const last = harness.scope("last");
    await last.channels.orders.none({ id: "c" });
    await last.close();
    broker.deliver({ id: "c" });
    expect(String(harness.takeFailures()[0])).toContain("later, after the test had ended, this came");
  });

  test("once, however many events do", async () => {
    const { harness, broker } = await openHarness();
    const scope = harness.scope("test");
    await scope.channels.orders.none({ id: "a" });
    broker.deliver({ id: "a" });
    broker.deliver({ id: "a" });
    await expect(scope.close()).rejects.toMatchObject({ code: "PROOF_CONTRADICTED" });
    broker.deliver({ id: "a" });
    expect(harness.takeFailures()).toEqual([]);
  });

  test("by a redelivery, where deliveries were counted", async () => {
    const { harness, broker } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" }, { id: "m" });
    await scope.channels.orders.exactly(1, { id: "a" }, { count: "deliveries" });
    broker.deliver({ id: "a" }, { id: "m", deliveries: 2 });
    await expect(scope.close()).rejects.toMatchObject({ code: "PROOF_CONTRADICTED" });
  });

  test("not by one that a later count of deliveries expects, nor where events were counted", async () => {
    const { harness, broker } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" }, { id: "m" });
    await scope.channels.orders.exactly(1, { id: "a" }, { count: "deliveries" });
    await scope.channels.orders.exactly(1, { id: "a" });
    broker.deliver({ id: "a" }, { id: "m", deliveries: 2 });
    await scope.channels.orders.exactly(2, { id: "a" }, { count: "deliveries" });
    await expect(scope.close()).resolves.toBeUndefined();
  });

  test.for([
    ["of one field", { id: "a" }, { id: "a", amount: 1 }],
    ["of a nested field", { customer: { id: "a" } }, { customer: { id: "a" } }],
    ["of a number", { amount: 7 }, { id: "a", amount: 7 }],
    ["of several fields", { amount: 7, id: "a" }, { id: "a", amount: 7 }],
  ] as const)("by an event without a trace, after the scope: a match %s", async ([, match, payload], { expect }) => {
    const { harness, broker } = await openHarness();
    const scope = harness.scope("test");
    const next = harness.scope("next");
    await scope.channels.orders.none(match as { id: string });
    await scope.close();
    broker.deliver({ ...payload, id: "another", amount: 0, customer: {} });
    expect(harness.takeFailures()).toEqual([]);
    broker.deliver(payload);
    expect(harness.takeFailures()).toMatchObject([{ code: "PROOF_CONTRADICTED" }]);
    await next.close();
  });

  test("by one with a getter for the field: an in-process event may be of a class", async () => {
    class Created {
      get id() {
        return "a";
      }
    }
    const { harness, broker } = await openHarness();
    const scope = harness.scope("test");
    await scope.channels.orders.none({ id: "a" });
    await scope.close();
    broker.deliver(new Created());
    expect(harness.takeFailures()).toMatchObject([{ code: "PROOF_CONTRADICTED" }]);
  });

  test("by a predicate, and by any event at all, as long as nobody else can have caused it", async () => {
    const { harness, broker } = await openHarness();
    const scope = harness.scope("test");
    await scope.channels.orders.none(({ payload }) => payload.id === "a");
    await scope.channels.orders.none();
    await scope.close();
    const next = harness.scope("next");
    broker.deliver({ id: "of nobody known" });
    expect(harness.takeFailures()).toEqual([]);
    broker.deliver({ id: "a" });
    expect(harness.takeFailures()).toHaveLength(1);
    await next.close({ failed: true });
    broker.deliver({ id: "of nobody known" });
    expect(harness.takeFailures()).toHaveLength(1);
  });
});

test("500 proofs cost an event no more than a few", async () => {
  const { harness, broker } = await openHarness();
  let asked = 0;
  const proveSome = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const scope = harness.scope(`scope ${index}`);
      // a match that counts how often it is asked
      const amount = { asymmetricMatch: () => ++asked < 0 };
      await scope.channels.orders.none({ amount: amount as unknown as number, id: `x${index}` });
      await scope.close();
    }
  };
  const costOf = (id: string, more = {}) => {
    asked = 0;
    broker.deliver({ id, amount: 1 }, more);
    return asked;
  };
  await proveSome(500);
  expect(costOf("y")).toBe(0);
  expect(costOf("x7")).toBe(1);
  const other = harness.scope("other");
  expect(costOf("x7", { traceparent: other.headers["traceparent"] as string })).toBe(0);
  await other.close({ failed: true });
});
