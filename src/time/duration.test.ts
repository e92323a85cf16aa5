import { expect, test } from "vitest";
import { type Duration, milliseconds } from "./index.ts";

test("a duration too long to be finite is none", () => {
  expect(() => milliseconds(`${"9".repeat(400)}h` as Duration, "within")).toThrow(
    expect.objectContaining({ code: "INVALID_DURATION" }),
  );
});

test.each(["1s ", " 1s", "1 s", "1S", "1.s", "1,5s", "0x10ms", "1s2ms", "1", true, 1n, Symbol("1s")])(
  "%s is none, and the error names the option and what was given",
  (value) => {
    expect(() => milliseconds(value as never, "interval")).toThrow(
      expect.objectContaining({ code: "INVALID_DURATION", facts: { value: String(value), where: "interval" } }),
    );
  },
);

test.each([
  ["a list", [1]],
  ["a function", () => 1],
  ["an object", Object.create(null)],
])("%s is none, and is told without what it holds", (value, given) => {
  expect(() => milliseconds(given as never, "interval")).toThrow(
    expect.objectContaining({ code: "INVALID_DURATION", facts: { value, where: "interval" } }),
  );
});

test.each([
  ["0ms", 0],
  [".5s", 500],
  ["0.25ms", 0.25],
  ["007s", 7_000],
  ["1.5m", 90_000],
  ["2h", 7_200_000],
])("%s is %d ms", (text, length) => {
  expect(milliseconds(text as Duration, "within")).toBe(length);
});
