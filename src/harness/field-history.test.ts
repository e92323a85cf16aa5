import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { Journal } from "../journal/index.ts";
import { FieldHistory } from "./field-history.ts";

test("the names of fields do not grow without end where payloads have ids for names", () => {
  const journal = new Journal({ clock: new ManualClock() });
  const history = new FieldHistory(journal, "orders");
  const about = {
    kind: "received",
    arrivedAt: 0,
    channel: "orders",
    attributes: {},
    deliveries: 1,
    raw: undefined,
  } as const;
  for (let event = 0; event < 3; event++) {
    const stock = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`${event}-${index}`, index]));
    journal.append({ ...about, id: String(event), payload: { order_id: event, stock } });
  }
  expect(history.names.size).toBe(10_000);
  expect([history.names.has("order_id"), history.names.has("0-4999")]).toEqual([true, true]);
});
