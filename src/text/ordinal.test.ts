import { expect, test } from "vitest";
import { ordinal } from "./ordinal.ts";

test.for([
  [1, "1st"],
  [2, "2nd"],
  [3, "3rd"],
  [4, "4th"],
  [11, "11th"],
  [12, "12th"],
  [21, "21st"],
  [113, "113th"],
] as const)("%i is the %s", ([number, text], { expect: check }) => {
  check(ordinal(number)).toBe(text);
});

test("none is none of them", () => {
  expect(ordinal(0)).toBe("0th");
});
