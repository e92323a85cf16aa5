/** T5: whose event it is, where no trace says so. */
import { describe, expect, test } from "vitest";
import { openHarness, watch } from "../../test/support/open-harness.ts";

const correlated = (correlation: string | ((payload: never) => string | undefined)) =>
  openHarness({ channels: (of) => ({ orders: of.channel<{ id: string; test?: string }>("orders", { correlation }) }) });

describe("the channel's correlation", () => {
  test.for([
    ["a field", "test"],
    ["a function", ({ test }: { test?: string }) => test],
  ] as const)("of %s that bears the scope's trace id makes the event its own", async ([, correlation], { expect }) => {
    const { harness, broker } = await correlated(correlation as string);
    const scope = harness.scope("test");
    const other = harness.scope("other");
    broker.deliver({ id: "a", test: scope.traceId });
    expect((await scope.channels.orders.next()).payload.id).toBe("a");
    expect(other.channels.orders.seen()).toEqual([]);
  });

  test("that bears an id which a scope declared as its own does, too", async () => {
    const { harness, broker } = await correlated(({ id }: { id: string }) => id.toUpperCase());
    const scope = harness.scope("test");
    const other = harness.scope("other");
    scope.own("ORDER-1");
    broker.deliver({ id: "order-1" });
    expect((await scope.channels.orders.next()).payload.id).toBe("order-1");
    expect(other.channels.orders.seen()).toEqual([]);
  });

  test("that bears the trace id of another scope, open or ended, makes it foreign", async () => {
    const { harness, broker, clock } = await correlated("test");
    const ended = harness.scope("ended");
    await ended.close();
    const scope = harness.scope("test");
    broker.deliver({ id: "a", test: ended.traceId });
    expect(scope.channels.orders.seen()).toEqual([]);
    const wait = watch(scope.channels.orders.next());
    await clock.advance(2_500);
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED" });
  });

  test("that says nothing, or throws, leaves it without one", async () => {
    const { harness, broker } = await correlated(({ id }: { id: string }) => {
      if (id === "throws") throw new Error("no such field");
      return undefined;
    });
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    broker.deliver({ id: "throws" });
    expect(scope.channels.orders.seen()).toHaveLength(2);
    expect(scope.timeline()).toContain("fault in correlation of orders");
  });
});

describe("an event that may be of a scope that ended", () => {
  test("is ambiguous as long as the SLA of any such scope is not over", async () => {
    const { harness, broker, clock } = await openHarness();
    const unsettled = harness.scope("unsettled");
    broker.setPending({ inFlight: 1 });
    await unsettled.close();
    broker.setPending({ inFlight: 0 });
    await harness.scope("settled").close();
    const scope = harness.scope("test");
    broker.deliver({ id: "late" });
    await expect(scope.channels.orders.next()).rejects.toMatchObject({
      code: "AMBIGUOUS",
      message: expect.stringContaining('"unsettled"') as unknown,
    });
    await clock.advance(1_001);
    expect((await scope.channels.orders.next()).payload.id).toBe("late");
  });

  test("also to a scope that had begun before that one ended", async () => {
    const { harness, broker } = await openHarness();
    const scope = harness.scope("test");
    const unsettled = harness.scope("unsettled");
    broker.setPending({ inFlight: 1 });
    await unsettled.close();
    broker.deliver({ id: "late" });
    await expect(scope.channels.orders.next()).rejects.toMatchObject({ code: "AMBIGUOUS" });
  });
});

test("an id that an ended scope had declared as its own still makes a late event foreign", async () => {
  const { harness, broker } = await openHarness();
  const ended = harness.scope("ended");
  ended.own("customer-1");
  await ended.close();
  const scope = harness.scope("test");
  broker.deliver({ id: "customer-1" });
  expect(scope.channels.orders.seen()).toEqual([]);
});

test("of very many such ids the oldest are forgotten, never those of an open scope", async () => {
  const { harness, broker } = await openHarness();
  const ended = harness.scope("ended");
  const scope = harness.scope("test");
  const reader = harness.scope("reader");
  scope.own("mine");
  for (let index = 0; index <= 100_000; index++) ended.own(`customer-${index}`);
  await ended.close();
  for (const id of ["mine", "customer-0", "customer-100000"]) broker.deliver({ id });
  expect(reader.channels.orders.seen().map(({ payload }) => payload.id)).toEqual(["customer-0"]);
  expect(scope.channels.orders.seen({ id: "mine" })).toHaveLength(1);
});
