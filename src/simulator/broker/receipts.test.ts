import { expect, test } from "vitest";
import { Receipts } from "./receipts.ts";

const receipts = new Receipts();
const others = new Receipts();

test("a receipt handle tells its message, to its own queue only, and each receive has another one", () => {
  const places = [0, 1, 12, 1_000_000_000];
  const handles = places.flatMap((place) => [receipts.of(place, 1), receipts.of(place, 12)]);
  expect(new Set(handles).size).toBe(8);
  for (const [index, handle] of handles.entries()) {
    expect(receipts.place(handle)).toBe(places[Math.floor(index / 2)]);
    expect(others.place(handle)).toBeUndefined();
  }
});

const prefix = receipts.of(1, 1).slice(0, -"1.1".length);
test.for([
  "",
  "invented",
  "1.1",
  prefix,
  `${prefix}1`,
  `${prefix}1.`,
  `${prefix}-1.1`,
  `${prefix}1.1.1`,
  `${prefix}1e3.1`,
])("%j is no receipt handle of the queue's", (text) => {
  expect(receipts.place(text)).toBeUndefined();
});
