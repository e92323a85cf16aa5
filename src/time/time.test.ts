import { describe, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import {
  Deadline,
  defaultSchedule,
  delay,
  type Duration,
  formatDuration,
  milliseconds,
  toSchedule,
  WatchedPromise,
  Waker,
} from "./index.ts";

describe("durations", () => {
  test.for<[Duration, number]>([
    [0, 0],
    [250, 250],
    ["250ms", 250],
    ["1.5s", 1_500],
    ["2m", 120_000],
    ["1h", 3_600_000],
  ])("%s is %d ms", ([duration, length]) => {
    expect(milliseconds(duration, "within")).toBe(length);
  });

  test.for(["1.5 m", "", "s", "-1s", "1d", "1e3ms", "Infinitys", -1, Number.NaN, Number.POSITIVE_INFINITY, null, {}])(
    "%j is none",
    (value) => {
      expect(() => milliseconds(value as Duration, "within")).toThrow(
        expect.objectContaining({
          code: "INVALID_DURATION",
          facts: expect.objectContaining({ where: "within" }) as unknown,
        }),
      );
    },
  );

  test.for([
    [0.42, "0.4 ms"],
    [12.4, "12 ms"],
    [1_250, "1.25 s"],
    [90_000, "1 min 30 s"],
    [43_200_000, "12 h"],
  ] as const)("%d ms reads %s", ([length, text]) => {
    expect(formatDuration(length)).toBe(text);
  });
});

describe("schedules", () => {
  test("the default rests 5 % of the elapsed time, at least 1 ms and the last look, at most 40 ms", () => {
    expect(defaultSchedule({ number: 1, elapsed: 0, lastLook: 0 })).toBe(1);
    expect(defaultSchedule({ number: 9, elapsed: 200, lastLook: 0 })).toBe(10);
    expect(defaultSchedule({ number: 9, elapsed: 200, lastLook: 25 })).toBe(25);
    expect(defaultSchedule({ number: 9, elapsed: 60_000, lastLook: 500 })).toBe(40);
  });

  test("an interval is the same rest each time, a function its own", () => {
    expect(toSchedule("100ms")({ number: 5, elapsed: 9, lastLook: 9 })).toBe(100);
    expect(toSchedule(({ number }) => number * 10)({ number: 5, elapsed: 0, lastLook: 0 })).toBe(50);
  });
});

describe("deadlines", () => {
  test("the cap ends the wait where it comes first, and only then", () => {
    const clock = new ManualClock();
    expect(new Deadline(clock, 100, { cap: { at: 50, name: "runner" } })).toMatchObject({
      at: 50,
      cap: { name: "runner" },
    });
    expect(new Deadline(clock, 100, { cap: { at: 500, name: "runner" } })).toMatchObject({ at: 100, cap: undefined });
  });

  test("passes after its time, not before", async () => {
    const clock = new ManualClock();
    const passed: number[] = [];
    new Deadline(clock, 100).whenPassed(({ lateness }) => passed.push(lateness));
    await clock.advance(99);
    expect(passed).toEqual([]);
    await clock.advance(1);
    expect(passed).toEqual([0]);
  });

  test("when the process was blocked, waits as long again as its timer was late, at most 1 s", async () => {
    for (const [blocked, extra] of [
      [300, 200],
      [5_000, 1_000],
    ] as const) {
      const clock = new ManualClock();
      let lateness: number | undefined;
      new Deadline(clock, 100).whenPassed((passed) => (lateness = passed.lateness));
      clock.block(blocked);
      await clock.advance(extra - 1);
      expect(lateness).toBeUndefined();
      await clock.advance(1);
      expect(lateness).toBe(blocked - 100);
    }
  });

  test("does not pass while a debugger is attached", async () => {
    const clock = new ManualClock();
    let debugged = true;
    let passed = false;
    const deadline = new Deadline(clock, 100, { debugged: () => debugged });
    deadline.whenPassed(() => (passed = true));
    await clock.advance(10_000);
    expect(passed).toBe(false);
    expect(deadline.remaining()).toBe(Number.POSITIVE_INFINITY);
    debugged = false;
    await clock.advance(3_000);
    expect(passed).toBe(true);
  });

  test("disposed, it neither passes nor holds a timer", async () => {
    const clock = new ManualClock();
    let passed = false;
    new Deadline(clock, 100).whenPassed(() => (passed = true))[Symbol.dispose]();
    expect(clock.armed).toBe(0);
    await clock.advance(200);
    expect(passed).toBe(false);
  });
});

describe("rests", () => {
  test("a delay rejects with the reason of its signal, and releases its timer", async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const rest = delay(clock, 100, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(rest).rejects.toThrow("enough");
    expect(clock.armed).toBe(0);
    await expect(delay(clock, 100, { signal: controller.signal })).rejects.toThrow("enough");
  });

  test("a wake while nobody rests is kept for the next rest", async () => {
    const clock = new ManualClock();
    const waker = new Waker(clock);
    waker.wake();
    await waker.rest(1_000);
    expect(clock.now()).toBe(0);
    expect(clock.armed).toBe(0);
  });
});

describe("a watched promise", () => {
  test("notes whether anybody awaited it, and raises no unhandled rejection by itself", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const problem = new Error("no");
    const start = () => WatchedPromise.start({ what: "a wait", calledFrom: start }, () => Promise.reject(problem));
    const wait = start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(wait.awaited).toBe(false);
    expect(wait.origin).toContain("time.test.ts");
    await expect(wait).rejects.toBe(problem);
    expect(wait.awaited).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
    process.off("unhandledRejection", note);
  });

  test("rejects with the reason of its signal, or of its owner, though the work goes on", async () => {
    const controller = new AbortController();
    const never = () => new Promise<never>(() => undefined);
    const bySignal = WatchedPromise.start({ what: "a wait", calledFrom: never, signal: controller.signal }, never);
    const byOwner = WatchedPromise.start({ what: "a wait", calledFrom: never }, never);
    controller.abort(new Error("enough"));
    byOwner.abort(new Error("the end"));
    await expect(bySignal).rejects.toThrow("enough");
    await expect(byOwner).rejects.toThrow("the end");
  });
});
