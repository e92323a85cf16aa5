import { describe, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { closest, Journal, type ReceivedEntry, type Stamped } from "./index.ts";

function received(payload: unknown, channel = "orders"): ReceivedEntry {
  return { kind: "received", arrivedAt: 0, channel, id: "m", payload, attributes: {}, deliveries: 1, raw: undefined };
}

function closestOf(match: unknown, ...payloads: unknown[]) {
  const journal = new Journal({ clock: new ManualClock() });
  for (const payload of payloads) journal.append(received(payload));
  return closest(match, [...journal.channel("orders")] as Stamped<ReceivedEntry>[]);
}

describe("the closest event", () => {
  test("has the largest share of agreeing fields; of equals it is the latest", () => {
    const near = closestOf(
      { a: 1, b: 2, c: 3 },
      { a: 1, b: 0, c: 0 },
      { a: 1, b: 2, c: 0 },
      { a: 1, b: 2, c: 9 },
      { a: 0 },
    );
    expect(near?.entry.payload).toEqual({ a: 1, b: 2, c: 9 });
    expect(near?.differences).toEqual([{ path: "c", expected: 3, actual: 9, missing: false }]);
  });

  test.for(["id", "order_id", "orderId", "order-uuid", "key", "partitionKey", "customer.id"])(
    "is the one with the same %s, however much else differs",
    (path) => {
      const payload = (id: string, status: string, amount: number) =>
        path.includes(".") ? { customer: { id }, status, amount } : { [path]: id, status, amount };
      const near = closestOf(payload("A", "paid", 8), payload("A", "open", 7), payload("B", "paid", 8));
      expect(near?.entry.payload).toEqual(payload("A", "open", 7));
    },
  );

  test("is not the one with the same paid, which is no id", () => {
    const near = closestOf(
      { paid: true, status: "s", amount: 8 },
      { paid: true },
      { paid: false, status: "s", amount: 8 },
    );
    expect(near?.entry.payload).toEqual({ paid: false, status: "s", amount: 8 });
  });

  test("agrees in an empty array", () => {
    expect(closestOf({ a: [] }, { a: [] }, { a: [1] })?.entry.payload).toEqual({ a: [] });
  });

  test("is found although a matcher or a field throws", () => {
    const throws = {
      asymmetricMatch() {
        throw new Error("the matcher's own");
      },
    };
    const hostile = {
      a: 1,
      get b() {
        throw new Error("no b");
      },
    };
    const near = closestOf({ a: 1, b: 2, c: throws }, { a: 1, b: 0, c: 0 }, hostile);
    expect(near?.differences).toEqual([
      { path: "b", expected: 2, actual: new Error("no b"), missing: false },
      { path: "c", expected: throws, actual: undefined, missing: true },
    ]);
  });
});
