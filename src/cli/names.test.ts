import { expect, test } from "vitest";
import { unknownName } from "./names.ts";

test.for([
  ["ordres", ["payments", "orders"], 'There is no queue "ordres". Did you mean orders? There are: payments, orders.'],
  ["bilng", ["billing--dlq", "billing"], "Did you mean billing?"],
  ["ORDERS", ["orders"], "Did you mean orders?"],
  ["order", ["bills", "orders--dlq", "orders"], "Did you mean orders?"],
  ["", ["orders"], 'There is no queue "". There are: orders.'],
  ["nope", [], 'There is no queue "nope". There are none.'],
] as const)("%j among %j", ([name, known, text]) => {
  expect(unknownName("queue", name, known)).toContain(text);
});

test("a name far from all is none of them", () => {
  expect(unknownName("queue", "nope", ["orders"])).toBe('There is no queue "nope". There are: orders.');
});

test("of many names the nearest are told", () => {
  const known = Array.from({ length: 500 }, (_, number) => `queue-${number}`);
  const text = unknownName("queue", "queue-49x", known);
  expect(text).toContain("There are: queue-49, ");
  expect(text).toContain(" and 485 more.");
  expect(text.split(", ")).toHaveLength(15);
});
