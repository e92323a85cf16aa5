import { expect, test } from "vitest";
import { Latest } from "./latest.ts";

test("the latest keys are there, with their last values, and never more than twice as many as are asked for", () => {
  const latest = new Latest<number, number>(100);
  for (let key = 0; key < 1_000; key++) {
    latest.set(key, key);
    latest.set(key, key * 2);
    for (let back = 0; back < Math.min(100, key + 1); back++) expect(latest.get(key - back)).toBe((key - back) * 2);
    expect(latest.get(key - 200)).toBeUndefined();
  }
});
