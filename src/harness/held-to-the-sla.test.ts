/** W3: whatever zero point is known, an event that came too late is no green. */
import { describe, expect, test } from "vitest";
import { openHarness, watch } from "../../test/support/open-harness.ts";

/** A harness that has sent one event, which causes another one so many ms later. */
async function caused(after: number, options: { traced: boolean }) {
  const opened = await openHarness();
  const { harness, clock, broker } = opened;
  broker.echo = false;
  const scope = harness.scope("test");
  const sent = await scope.channels.orders.send({ id: "cause" });
  await clock.advance(after);
  broker.deliver({ id: "a" }, options.traced ? { traceparent: broker.sentWith[0] as string } : {});
  return { ...opened, scope, orders: scope.channels.orders, sent };
}

describe("counted from the send that caused it, known by its trace", () => {
  test("exactly() takes no event that came too late, either", async () => {
    const { orders } = await caused(1_500, { traced: true });
    await expect(orders.exactly(1, { id: "a" })).rejects.toMatchObject({
      code: "SLA_VIOLATED",
      message: expect.stringContaining("it came 1.5 s after the send that caused it") as unknown,
    });
  });

  test("one that came in time is counted", async () => {
    const { orders } = await caused(900, { traced: true });
    expect(await orders.exactly(1, { id: "a" })).toHaveLength(1);
  });

  test("a wait that fails for it claims nothing", async () => {
    const { orders } = await caused(1_500, { traced: true });
    await expect(orders.next({ id: "a" })).rejects.toMatchObject({ code: "SLA_VIOLATED" });
    expect(orders.seen({ id: "a" })[0]?.claimed).toBe(false);
  });
});

describe("counted from { since }", () => {
  test("next() does not take one that is there already, but came too late", async () => {
    const { orders, sent } = await caused(300, { traced: false });
    await expect(orders.next({ id: "a" }, { since: sent, within: 100 })).rejects.toMatchObject({
      code: "SLA_VIOLATED",
      message: expect.stringContaining("it came 300 ms after the moment when orders was sent") as unknown,
    });
  });

  test("nor does exactly()", async () => {
    const { orders, sent } = await caused(300, { traced: false });
    await expect(orders.exactly(1, { id: "a" }, { since: sent, within: 100 })).rejects.toMatchObject({
      code: "SLA_VIOLATED",
    });
  });

  test("one that came in time is taken, however late the wait begins", async () => {
    const { orders, sent, clock } = await caused(300, { traced: false });
    await clock.advance(5_000);
    expect((await orders.next({ id: "a" }, { since: sent, within: 400 })).payload.id).toBe("a");
  });

  test("a send of another scope is refused: it would be ignored", async () => {
    const { harness } = await openHarness();
    const other = harness.scope("other");
    const sent = await other.channels.orders.send({ id: "a" });
    const { orders } = harness.scope("test").channels;
    for (const wait of [
      orders.next({ id: "a" }, { since: sent }),
      orders.exactly(1, { id: "a" }, { since: sent }),
      orders.none({ id: "a" }, { since: sent }),
    ]) {
      await expect(wait).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
  });
});

describe("what this process itself delayed is not charged to the system", () => {
  test("a block while the event was on its way is allowed for", async () => {
    const { harness, clock, broker } = await openHarness();
    broker.echo = false;
    const scope = harness.scope("test");
    await scope.channels.orders.send({ id: "cause" });
    await clock.advance(800);
    clock.block(400);
    broker.deliver({ id: "a" }, { traceparent: broker.sentWith[0] as string });
    expect((await scope.channels.orders.next({ id: "a" })).latency).toBe(1_200);
  });

  test.for([
    ["before the send that caused it", 400, 0],
    ["after it had come", 0, 400],
  ] as const)("a block %s excuses nothing", async ([, before, after], { expect }) => {
    const { harness, clock, broker } = await openHarness();
    broker.echo = false;
    const scope = harness.scope("test");
    clock.block(before);
    await clock.advance(100);
    await scope.channels.orders.send({ id: "cause" });
    await clock.advance(1_200);
    broker.deliver({ id: "a" }, { traceparent: broker.sentWith[0] as string });
    clock.block(after);
    await expect(scope.channels.orders.next({ id: "a" })).rejects.toMatchObject({ code: "SLA_VIOLATED" });
  });

  test("another scope that begins meanwhile does not make the harness forget the block", async () => {
    const { harness, clock, broker } = await openHarness();
    broker.echo = false;
    const scope = harness.scope("test");
    await scope.channels.orders.send({ id: "cause" });
    clock.block(400);
    await clock.advance(100);
    harness.scope("other");
    await clock.advance(700);
    broker.deliver({ id: "a" }, { traceparent: broker.sentWith[0] as string });
    expect((await scope.channels.orders.next({ id: "a" })).latency).toBe(1_200);
  });
});

describe("an asynchronous schema takes nobody's time", () => {
  async function checking() {
    const checks: (() => void)[] = [];
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          new Promise<{ value: unknown }>((resolve) => {
            checks.push(() => {
              resolve({ value });
            });
          }),
      },
    };
    const opened = await openHarness({
      channels: (of) => ({ orders: of.channel<{ id: string }>("orders", { schema }) }),
    });
    return { ...opened, orders: opened.harness.scope("test").channels.orders, checks };
  }

  test("an event is as old as its arrival", async () => {
    const { orders, clock, broker, checks } = await checking();
    broker.deliver({ id: "a" });
    const arrived = clock.wall();
    await clock.advance(200);
    checks[0]?.();
    expect((await orders.next({ id: "a" })).receivedAt.getTime()).toBe(arrived);
  });

  test("one that arrived in time is in time, though its check ended after the deadline", async () => {
    const { orders, clock, broker, checks } = await checking();
    const wait = watch(orders.next({ id: "a" }));
    await clock.advance(900);
    broker.deliver({ id: "a" });
    await clock.advance(200);
    checks[0]?.();
    await clock.settle();
    expect(wait.state).toBe("fulfilled");
  });

  test("one that arrived in time is still one event, for one wait, and must be told from another scope's", async () => {
    const { harness, orders, clock, broker, checks } = await checking();
    const waits = [watch(orders.next({ id: "a" })), watch(orders.next({ id: "a" })), watch(orders.next())];
    await clock.advance(900);
    broker.deliver({ id: "a" });
    await clock.advance(200);
    harness.scope("other");
    checks[0]?.();
    await clock.advance(2_000);
    expect(waits.map(({ state, error }) => error?.code ?? state)).toEqual([
      "fulfilled",
      "SLA_VIOLATED",
      "SLA_VIOLATED",
    ]);
    expect(waits[1]?.error?.message).toContain("this event on orders did not come");
    const any = watch(orders.next());
    await clock.advance(900);
    broker.deliver({ id: "b" });
    await clock.advance(200);
    checks[1]?.();
    await clock.settle();
    expect(any.error).toMatchObject({ code: "AMBIGUOUS" });
  });

  test("one that arrived late is late", async () => {
    const { orders, clock, broker, checks } = await checking();
    const wait = watch(orders.next({ id: "a" }));
    broker.setPending({ inFlight: 1 });
    await clock.advance(1_100);
    broker.deliver({ id: "a" });
    await clock.advance(200);
    checks[0]?.();
    await clock.settle();
    expect(wait.error?.message).toContain("100 ms late");
  });

  test("while one is still being checked at the end, nothing is known", async () => {
    const { orders, clock, broker } = await checking();
    const next = watch(orders.next({ id: "a" }));
    const exactly = watch(orders.exactly(1, { id: "a" }));
    await clock.advance(900);
    broker.deliver({ id: "a" });
    await clock.advance(2_000);
    expect(next.error).toMatchObject({ code: "UNKNOWN" });
    expect(exactly.error).toMatchObject({ code: "UNKNOWN" });
  });
});

test("a journal that forgot what may have been the event: unknown, not an SLA violation", async () => {
  const { broker, harness, clock } = await openHarness({ journal: { maxEntries: 10 } });
  const scope = harness.scope("test");
  for (let index = 0; index < 30; index++) broker.deliver({ id: `other-${index}` });
  const wait = watch(scope.channels.orders.next({ id: "a" }));
  await clock.advance(2_500);
  expect(wait.error).toMatchObject({ code: "UNKNOWN" });
  expect(wait.error?.message).toContain("the journal dropped");
});
