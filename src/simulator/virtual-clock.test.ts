import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { VirtualClock } from "./virtual-clock.ts";

function clockWith(...deadlines: number[]) {
  const real = new ManualClock();
  const time = new VirtualClock(real);
  const began = time.now();
  const fired: number[] = [];
  for (const deadline of deadlines) time.at(began + deadline, () => fired.push(time.now() - began));
  return { real, time, began, fired };
}

test("deadlines fire at their times, in their order", async () => {
  const { real, fired } = clockWith(30, 10, 20);
  await real.advance(25);
  expect(fired).toEqual([10, 20]);
});

test("what is left after a jump comes due in real time, when the rest of it is over", async () => {
  const { real, time, began, fired } = clockWith(30_000);
  time.pin(began + 29_000);
  time.release(29_000);
  await real.advance(999);
  expect(fired).toEqual([]);
  await real.advance(1);
  expect(fired).toEqual([30_000]);
});

test("what comes due in a pause fires after it, when its rest is over", async () => {
  const { real, time, fired } = clockWith(100);
  await real.advance(60);
  time.pause();
  await real.advance(1_000);
  expect(fired).toEqual([]);
  time.resume();
  await real.advance(39);
  expect(fired).toEqual([]);
  await real.advance(1);
  expect(fired).toEqual([100]);
});

test("a deadline that is taken back does not fire", async () => {
  const { real, time, began, fired } = clockWith(20);
  time.at(began + 10, () => fired.push(0))[Symbol.dispose]();
  await real.advance(30);
  expect(fired).toEqual([20]);
});
