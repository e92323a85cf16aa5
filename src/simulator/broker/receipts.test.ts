import { expect, test } from "vitest";
import { Receipts } from "./receipts.ts";

const receipts = new Receipts();
const others = new Receipts();

test("a receipt handle tells its message, to its own queue only, and each receive has another one", () => {
  const places = [0, 1, 12, 1_000_000_000];
  const all = places.flatMap((place) => [1, 12].map((handOut) => ({ place, handOut })));
  const handles = all.map(({ place, handOut }) => receipts.of(place, handOut));
  expect(new Set(handles).size).toBe(8);
  expect(handles.map((handle) => receipts.read(handle))).toEqual(all);
  for (const handle of handles) expect(others.read(handle)).toBeUndefined();
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
  // another text for the same numbers
  `${prefix}01.1`,
  `${prefix}1.01`,
  // never handed out
  `${prefix}1.0`,
])("%j is no receipt handle of the queue's", (text) => {
  expect(receipts.read(text)).toBeUndefined();
});
