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

test("where time is stopped all deadlines of that millisecond fire, and none of the next one", () => {
  const { time, began, fired } = clockWith(10, 10.9, 11);
  time.pin(began + 10);
  expect(fired).toEqual([10, 10]);
  time.pin(began + 11);
  expect(fired).toEqual([10, 10, 11]);
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

test("of 10,000 deadlines, nine in ten of which are taken back in any order, the rest fire at their times", async () => {
  const { real, time, began, fired } = clockWith();
  const count = 10_000;
  const armed = Array.from({ length: count }, (_, index) => {
    // 7,919 shares no factor with the count: each place once
    const place = (index * 7_919) % count;
    return { place, deadline: time.at(began + place + 1, () => fired.push(place)) };
  });
  for (const { place, deadline } of armed) if (place % 10 !== 0) deadline[Symbol.dispose]();
  await real.advance(count / 2);
  // once more, and also those that have fired: nothing changes
  for (const { place, deadline } of armed) if (place % 10 !== 0 || place < 100) deadline[Symbol.dispose]();
  await real.advance(count);
  expect(fired).toEqual(Array.from({ length: count / 10 }, (_, index) => index * 10));
});
