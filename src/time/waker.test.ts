import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { Waker } from "./index.ts";

test("tells whether it was woken or its time was over, and releases its timer either way", async () => {
  const clock = new ManualClock();
  const waker = new Waker(clock);
  const woken = waker.rest(100);
  waker.wake();
  expect(await woken).toBe(true);
  expect(clock.armed).toBe(0);
  const over = waker.rest(100);
  await clock.advance(100);
  expect(await over).toBe(false);
  expect(clock.armed).toBe(0);
});

test("several wakes end one rest, not the one after it", async () => {
  const clock = new ManualClock();
  const waker = new Waker(clock);
  waker.wake();
  waker.wake();
  expect(await waker.rest()).toBe(true);
  const next = waker.rest(100);
  await clock.advance(100);
  expect(await next).toBe(false);
});

test("a rest without end is ended by a wake alone, and arms no timer", async () => {
  const clock = new ManualClock();
  const waker = new Waker(clock);
  const rest = waker.rest();
  expect(clock.armed).toBe(0);
  waker.wake();
  expect(await rest).toBe(true);
});
