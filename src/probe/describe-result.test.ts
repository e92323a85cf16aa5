import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { describeResult } from "./describe-result.ts";

test("an error is its name and the first line of its message, of whatever realm it is", () => {
  expect(describeResult(new RangeError("too much\nby far"))).toBe("RangeError: too much");
  expect(describeResult(runInNewContext("new TypeError('elsewhere')"))).toBe("TypeError: elsewhere");
});

test("a text is itself, any other value is shown on one line", () => {
  expect(describeResult("3 in flight")).toBe("3 in flight");
  expect(describeResult({ orders: [{ order_id: "1" }], at: new Date(0) })).toBe(
    "{ orders: [ { order_id: '1' } ], at: 1970-01-01T00:00:00.000Z }",
  );
  expect(describeResult(undefined)).toBe("undefined");
  expect(describeResult(10n)).toBe("10n");
});

test("nothing in it can control a terminal or break the line", () => {
  expect(describeResult(new Error("\u001b[31mred\u001b[0m and \u0007 loud"))).toBe("Error: red and   loud");
  expect(describeResult("one\ntwo")).toBe("one two");
});

test("it is bounded, and says that it is cut", () => {
  expect(describeResult("x".repeat(1_000), 10)).toBe(`${"x".repeat(9)}…`);
});

test("a value that throws when it is read is named by its type", () => {
  const hostile = {
    [inspect.custom](): string {
      throw new Error("no");
    },
  };
  expect(describeResult(hostile)).toBe("object");
  expect(describeResult(Object.create(null))).toBe("[Object: null prototype] {}");
});
