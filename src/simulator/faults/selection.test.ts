import { describe, expect, test } from "vitest";
import { checkSelection, type FaultSelection, Selector, onlySelection } from "./selection.ts";

/** Which of the numbers from 1 to `count` are hit. */
function hitsOf(selection: FaultSelection<number>, count = 20): number[] {
  const selector = new Selector(selection);
  const hits: number[] = [];
  for (let number = 1; number <= count; number++) if (selector.select(() => number)) hits.push(number);
  return hits;
}

describe("a selection", () => {
  test("of nothing hits all", () => {
    expect(hitsOf({}, 3)).toEqual([1, 2, 3]);
  });

  test("by number counts from 1", () => {
    expect(hitsOf({ nth: 2 })).toEqual([2]);
    expect(hitsOf({ nth: [1, 3] })).toEqual([1, 3]);
  });

  test("by predicate and number counts what the predicate accepts", () => {
    expect(hitsOf({ where: (number) => number % 5 === 0, nth: 2 })).toEqual([10]);
  });

  test("by share is drawn by its seed: the same one again, another one with another", () => {
    const drawn = hitsOf({ share: 0.2, seed: 7 }, 1_000);
    expect(drawn.length).toBeGreaterThan(150);
    expect(drawn.length).toBeLessThan(250);
    expect(hitsOf({ share: 0.2, seed: 7 }, 1_000)).toEqual(drawn);
    expect(hitsOf({ share: 0.2, seed: 8 }, 1_000)).not.toEqual(drawn);
    expect(hitsOf({ share: 0 })).toEqual([]);
    expect(hitsOf({ share: 1 })).toHaveLength(20);
  });

  test.for<[FaultSelection<never>, string]>([
    [{ nth: 0 }, "nth of drop(): 0"],
    [{ nth: 1.5 }, "nth of drop(): 1.5"],
    [{ nth: [] }, "nth of drop(): a list"],
    [{ nth: [1, 0] }, "nth of drop(): a list"],
    [{ share: 1.1 }, "share of drop(): 1.1"],
    [{ share: Number.NaN }, "share of drop(): NaN"],
    [{ share: 1, seed: 0.5 }, "seed of drop(): 0.5"],
    [{ nth: [2, 3], share: 0.5 }, "nth beside share of drop(): number 2 and 3"],
    [{ seed: 7 }, "seed of drop(): 7"],
  ])("%o is refused", ([selection, message]) => {
    expect(() => {
      checkSelection("drop()", selection);
    }).toThrow(message);
  });

  test("is one: a second object would be ignored", () => {
    const given = [{ status: 503 }, { nth: 2 }] as const;
    expect(() => onlySelection("fail()", given)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining("2 objects") as unknown }),
    );
    expect(onlySelection("fail()", [given[1]])).toBe(given[1]);
  });

  test("may miss where it draws, or where that is said", () => {
    const may = (selection: FaultSelection<number>) => new Selector(selection).mayMiss;
    expect([{}, { nth: 1 }, { where: () => true }, { share: 0.5, mayMiss: false }].map(may)).toEqual(
      Array(4).fill(false),
    );
    expect([{ share: 0.5 }, { mayMiss: true }, { nth: 1, mayMiss: true }].map(may)).toEqual(Array(3).fill(true));
  });

  test("tells what it waits for, and what came", () => {
    const text = (selection: FaultSelection<number>, count = 3) => {
      const selector = new Selector(selection);
      for (let number = 1; number <= count; number++) selector.select(() => number);
      return `${selector.awaited}: ${selector.came}`;
    };
    expect(text({ nth: 5 })).toBe("number 5: 3 passed");
    expect(text({}, 0)).toBe("anything: nothing passed");
    expect(text({ share: 0 })).toBe("one that its seed draws: 3 passed");
    const where = (number: number) => number === 2;
    expect(text({ where })).toBe("one that its predicate accepts: its predicate accepted 1 of 3");
    expect(text({ nth: [2, 4], where })).toBe(
      "number 2 and 4 of those that its predicate accepts: its predicate accepted 1 of 3",
    );
  });

  test("is complete when each of its numbers has hit, not when all have passed", () => {
    const selector = new Selector<number>({ nth: [1, 3] });
    for (let number = 1; number <= 4; number++) selector.select(() => number);
    expect(selector.complete).toBe(false);
    selector.hit(3);
    expect(selector.complete).toBe(false);
    selector.hit(1);
    expect(selector.complete).toBe(true);
    expect(new Selector({}).complete).toBe(true);
  });

  test("tells itself for people", () => {
    const text = (selection: FaultSelection<number>) => new Selector(selection).describe();
    expect(text({})).toBe("");
    expect(text({ nth: [1, 3] })).toBe("number 1 and 3");
    expect(text({ share: 0.2, seed: 7, where: () => true })).toBe("20 % by seed 7 of those that a predicate accepts");
  });
});
