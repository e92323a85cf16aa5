import { expect, test } from "vitest";
import { similarNames } from "./similar-names.ts";

const names = [
  "orders",
  "orders--dlq",
  "order-created",
  "production--bill-paid",
  "customers",
  "SendMessage",
  "SendMessageBatch",
];

test.for([
  ["order", ["orders", "orders--dlq", "order-created"]],
  ["sendMessage", ["SendMessage", "SendMessageBatch"]],
  ["SendMesage", ["SendMessage"]],
  ["costumers", ["customers"]],
  ["cstmrs", ["customers"]],
  ["staging--bill-paid", ["production--bill-paid"]],
  ["order-refused", []],
  ["payments", []],
  ["up", []],
] as const)("somebody who says %s may have meant %o", ([name, meant]) => {
  expect(similarNames(name, names)).toEqual(meant);
});

test("five are enough", () => {
  expect(
    similarNames(
      "queue",
      Array.from({ length: 9 }, (_, index) => `queue-${index}`),
    ),
  ).toHaveLength(5);
});
