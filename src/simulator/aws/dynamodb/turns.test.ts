import { expect, test } from "vitest";
import { systemClock } from "../../../time/index.ts";
import { Turns } from "./turns.ts";

/** Works that last until they are told to end, and the order in which they began and ended. */
function works() {
  const turns = new Turns();
  const seen: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (how: "shared" | "alone", name: string) =>
    turns[how](async () => {
      seen.push(`${name} began`);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      seen.push(`${name} ended`);
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await systemClock.turn();
  };
  return { turns, seen, start, end };
}

test("shared work goes on together; what is alone waits for all of it, and all that comes later for what is alone", async () => {
  const { seen, start, end } = works();
  const all = [
    start("shared", "a"),
    start("shared", "b"),
    start("alone", "c"),
    start("shared", "d"),
    start("alone", "e"),
  ];
  await systemClock.turn();
  for (const name of ["b", "a", "c", "d", "e"]) {
    seen.push("--");
    await end(name);
  }
  await Promise.all(all);
  expect(seen.join(", ")).toBe(
    "a began, b began, --, b ended, --, a ended, c began, --, c ended, d began, --, d ended, e began, --, e ended",
  );
});

test("work that fails holds nothing back", async () => {
  const { turns } = works();
  const fail = () => Promise.reject(new Error("no"));
  await expect(turns.shared(fail)).rejects.toThrow("no");
  await expect(turns.alone(fail)).rejects.toThrow("no");
  expect(await turns.shared(() => Promise.resolve(1))).toBe(1);
  expect(await turns.alone(() => Promise.resolve(2))).toBe(2);
});
