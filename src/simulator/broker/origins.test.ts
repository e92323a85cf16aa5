import { expect, test } from "vitest";
import type { Activity } from "./activity.ts";
import { Origins } from "./origins.ts";

const accepted: Activity = { what: "accepted", at: 0 };

test.for([
  ["as the first thing that is asked", -1],
  ["and were asked for before", 0],
] as const)("the latest 100,000 are found by their ids, the latest 10,000 with their lives: %s", ([, asked]) => {
  const origins = new Origins();
  if (asked === 0) expect(origins.find("0")).toBeUndefined();
  for (let number = 0; number < 250_000; number++) origins.begin(String(number)).add(accepted);
  const known = (number: number) => {
    const origin = origins.find(String(number));
    return origin && { id: origin.id, life: origin.life };
  };
  expect(known(249_999)).toEqual({ id: "249999", life: [accepted] });
  expect(known(240_000)).toEqual({ id: "240000", life: [accepted] });
  expect(known(239_999)).toEqual({ id: "239999", life: [] });
  expect(known(150_000)).toEqual({ id: "150000", life: [] });
  expect(known(149_999)).toBeUndefined();
  expect(known(-1)).toBeUndefined();
});

test("a life ends after a hundred entries, and one that was forgotten does not begin again", () => {
  const origins = new Origins();
  const long = origins.begin("long");
  for (let entry = 0; entry < 200; entry++) long.add({ ...accepted, at: entry });
  expect(long.life.map(({ at }) => at)).toEqual(Array.from({ length: 100 }, (_, entry) => entry));
  for (let number = 0; number < 10_000; number++) origins.begin(String(number));
  long.add(accepted);
  expect(long.life).toEqual([]);
});
