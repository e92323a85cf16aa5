import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { EventLoopLag } from "./index.ts";

function open() {
  const clock = new ManualClock();
  const lag = new EventLoopLag(clock);
  return { clock, lag, longest: () => lag.longest(0, clock.now()) };
}

test("a process that is not blocked has none", async () => {
  const { clock, longest } = open();
  await clock.advance(1_000);
  expect(longest()).toBe(0);
});

test("a block is told whole, and up to 10 ms more, whenever in the interval it begins", async () => {
  for (let phase = 0; phase < 10; phase++) {
    const { clock, longest } = open();
    await clock.advance(100 + phase);
    clock.block(150);
    await clock.advance(100);
    expect(longest()).toBeGreaterThanOrEqual(150);
    expect(longest()).toBeLessThanOrEqual(160);
  }
});

test("a block counts at once when it is over: what piled up is handled before any timer runs", () => {
  const { clock, longest } = open();
  clock.block(150);
  expect(longest()).toBeGreaterThanOrEqual(150);
});

test("of a block only the part between the two moments is told", async () => {
  const { clock, lag } = open();
  await clock.advance(100);
  clock.block(300);
  await clock.advance(100);
  expect(lag.longest(0, 100)).toBe(0);
  expect(lag.longest(400, 500)).toBe(0);
  expect(lag.longest(0, 200)).toBe(100);
  expect(lag.longest(150, 500)).toBe(250);
  expect(lag.longest(200, 250)).toBe(50);
});

test("the longest of several is told", async () => {
  const { clock, longest } = open();
  for (const length of [40, 120, 60]) {
    clock.block(length);
    await clock.advance(30);
  }
  expect(longest()).toBeGreaterThanOrEqual(120);
  expect(longest()).toBeLessThanOrEqual(130);
});

test("of very many the latest are remembered", async () => {
  const { clock, lag } = open();
  clock.block(500);
  await clock.advance(20);
  const later = clock.now();
  for (let index = 0; index < 1_000; index++) {
    clock.block(30);
    await clock.advance(10);
  }
  expect(lag.longest(0, later)).toBe(0);
  expect(lag.longest(later, clock.now())).toBeGreaterThanOrEqual(30);
});

test("disposed, it holds no timer and counts no further", async () => {
  const { clock, lag, longest } = open();
  lag[Symbol.dispose]();
  expect(clock.timers).toBe(0);
  await clock.advance(1_000);
  expect(longest()).toBe(0);
});

test("it lets the process end", () => {
  const { clock } = open();
  expect(clock.timers).toBe(1);
  expect(clock.armed).toBe(0);
});
