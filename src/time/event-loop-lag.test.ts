import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { EventLoopLag } from "./index.ts";

function open() {
  const clock = new ManualClock();
  return { clock, lag: new EventLoopLag(clock) };
}

test("a process that is not blocked has none", async () => {
  const { clock, lag } = open();
  await clock.advance(1_000);
  expect(lag.longest()).toBe(0);
});

test("a block is told whole, and up to 10 ms more, whenever in the interval it begins", async () => {
  for (let phase = 0; phase < 10; phase++) {
    const { clock, lag } = open();
    await clock.advance(100 + phase);
    clock.block(150);
    await clock.advance(100);
    expect(lag.longest()).toBeGreaterThanOrEqual(150);
    expect(lag.longest()).toBeLessThanOrEqual(160);
  }
});

test("a block counts at once when it is over: what piled up is handled before any timer runs", () => {
  const { clock, lag } = open();
  clock.block(150);
  expect(lag.longest()).toBeGreaterThanOrEqual(150);
});

test("after a reset earlier blocks are forgotten, and one that follows at once is not missed", async () => {
  const { clock, lag } = open();
  clock.block(500);
  await clock.advance(10);
  lag.reset();
  expect(lag.longest()).toBe(0);
  clock.block(150);
  await clock.advance(100);
  expect(lag.longest()).toBeGreaterThanOrEqual(150);
  expect(lag.longest()).toBeLessThan(500);
});

test("the longest of several is told", async () => {
  const { clock, lag } = open();
  for (const length of [40, 120, 60]) {
    clock.block(length);
    await clock.advance(30);
  }
  expect(lag.longest()).toBeGreaterThanOrEqual(120);
  expect(lag.longest()).toBeLessThanOrEqual(130);
});

test("disposed, it holds no timer and counts no further", async () => {
  const { clock, lag } = open();
  lag.reset();
  lag[Symbol.dispose]();
  expect(clock.armed).toBe(0);
  await clock.advance(1_000);
  expect(lag.longest()).toBe(0);
});

test("it lets the process end", () => {
  const holds: (boolean | undefined)[] = [];
  const clock = new ManualClock();
  const timer = clock.timer.bind(clock);
  Object.assign(clock, {
    timer: (length: number, callback: () => void, options?: { hold?: boolean }) => {
      holds.push(options?.hold);
      return timer(length, callback);
    },
  });
  new EventLoopLag(clock).reset();
  expect(holds).toEqual([false, false]);
});
