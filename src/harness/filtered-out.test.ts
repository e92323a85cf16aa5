/** A filter with a typo hears nothing: what comes back of the test's own publications tells. */
import { describe, expect, test } from "vitest";
import { openHarness, watch } from "../../test/support/open-harness.ts";

interface Order {
  readonly id: string;
  readonly kind: "new" | "old";
}

/** Two channels of one place: one hears all, the other what is new. */
async function withFilter({ accounting = true } = {}) {
  const opened = await openHarness({
    channels: (broker) => ({
      orders: broker.channel<Order>("topic orders", { accounting }),
      newOrders: broker.channel<Order>("topic orders with a filter", {
        accounting,
        filter: {
          of: "topic orders",
          text: '{"kind":["new"]}',
          passes: (body) => (body as Order).kind === "new",
        },
      }),
    }),
  });
  const scope = opened.harness.scope("test");
  return { ...opened, scope, ...scope.channels };
}

describe("a channel that heard nothing of what the test sent through it", () => {
  test("proves no silence: none() and exactly(0) are red, and name the filter", async () => {
    const { newOrders, clock } = await withFilter();
    await newOrders.send({ id: "a", kind: "old" });
    await newOrders.send({ id: "b", kind: "old" });
    const waits = [watch(newOrders.none()), watch(newOrders.exactly(0, { id: "c" }))];
    await clock.settle();
    expect(waits.map(({ error }) => error)).toMatchObject([{ code: "FILTERED_OUT" }, { code: "FILTERED_OUT" }]);
    expect(waits[0]?.error?.message).toContain(
      'newOrders may be deaf to what it should hear: 2 of 2 sends to topic orders did not pass its filter {"kind":["new"]}',
    );
  });

  test("proves none by watching either, where nobody knows what was delivered", async () => {
    const { newOrders, clock } = await withFilter({ accounting: false });
    await newOrders.send({ id: "a", kind: "old" });
    const none = watch(newOrders.none());
    await clock.advance(999);
    expect(none.state).toBe("pending");
    await clock.advance(2);
    expect(none.error).toMatchObject({ code: "FILTERED_OUT" });
    expect(none.error?.message).toContain(
      '1 of 1 sends to topic orders did not come back: its filter {"kind":["new"]} keeps them out, or they are late',
    );
  });

  test("is only waited for while what was sent is still on its way", async () => {
    const { newOrders, broker, clock } = await withFilter();
    await newOrders.send({ id: "a", kind: "old" });
    broker.setPending({ undelivered: 1 });
    const none = watch(newOrders.none());
    await clock.advance(500);
    expect(none.state).toBe("pending");
    await clock.advance(1_000);
    expect(none.error).toMatchObject({ code: "UNKNOWN" });
  });

  test("is not in doubt when it heard something else", async () => {
    const { newOrders, broker } = await withFilter();
    await newOrders.send({ id: "a", kind: "old" });
    broker.deliver({ id: "of the system", kind: "new" });
    await newOrders.next({ id: "of the system" });
    expect(await newOrders.none()).toMatchObject({ how: "proved", filteredOut: 1 });
  });
});

describe("what else the filter keeps out", () => {
  test("of what was sent through another channel is told with the proof", async () => {
    const { orders, newOrders, scope } = await withFilter();
    await orders.send({ id: "a", kind: "old" });
    expect(await newOrders.none()).toMatchObject({ how: "proved", filteredOut: 1 });
    expect(scope.timeline()).toContain(
      'delivered; 1 of 1 sends to topic orders did not pass its filter {"kind":["new"]}',
    );
  });

  test("is told beside what passed", async () => {
    const { newOrders, scope } = await withFilter();
    await newOrders.send({ id: "a", kind: "old" });
    await newOrders.send({ id: "b", kind: "new" });
    expect(await newOrders.exactly(1)).toMatchObject([{ payload: { id: "b" } }]);
    expect(scope.timeline()).toContain("1 of 2 sends to topic orders did not pass");
  });

  test("is told where next() waits in vain", async () => {
    const { newOrders, clock } = await withFilter();
    await newOrders.send({ id: "a", kind: "old" });
    const next = watch(newOrders.next({ id: "a" }));
    await clock.advance(2_100);
    expect(next.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(next.error?.message).toContain("  filter    1 of 1 sends to topic orders did not pass");
  });

  test("is nothing where all passed, on a channel without a filter, and of what another place got", async () => {
    const { orders, newOrders } = await withFilter();
    await newOrders.send({ id: "a", kind: "new" });
    await newOrders.next();
    const proof = await newOrders.none();
    expect(proof).toMatchObject({ how: "proved" });
    expect(proof).not.toHaveProperty("filteredOut");
    expect(await orders.none({ id: "b" })).not.toHaveProperty("filteredOut");
  });

  test("is nothing of what came under another trace than the scope's", async () => {
    const { newOrders } = await withFilter();
    const traceparent = `00-77616b65${"0".repeat(23)}1-00000000000000aa-01`;
    await newOrders.send({ id: "a", kind: "new" }, { attributes: { traceparent } });
    expect(await newOrders.none()).not.toHaveProperty("filteredOut");
  });
});
