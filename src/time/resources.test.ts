import { expect, test } from "vitest";
import { Resources } from "./resources.ts";

test("resources are given back in reverse order, once", () => {
  const order: string[] = [];
  const resources = new Resources();
  resources.use({ [Symbol.dispose]: () => order.push("first") });
  resources.defer(() => order.push("second"));
  expect(resources.disposed).toBe(false);
  resources[Symbol.dispose]();
  resources[Symbol.dispose]();
  expect(order).toEqual(["second", "first"]);
  expect(resources.disposed).toBe(true);
});

test("one that throws keeps no other from being given back, and its error is not lost", () => {
  const order: string[] = [];
  const resources = new Resources();
  resources.defer(() => order.push("first"));
  resources.defer(() => {
    throw new Error("stuck");
  });
  expect(() => {
    resources[Symbol.dispose]();
  }).toThrow("stuck");
  expect(order).toEqual(["first"]);
});
