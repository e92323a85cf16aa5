import { describe, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { Deadline, type Passed } from "./index.ts";

function watch(deadline: Deadline): Passed[] {
  const passed: Passed[] = [];
  deadline.whenPassed((how) => passed.push(how));
  return passed;
}

test("counts from now, or from an earlier moment", async () => {
  const clock = new ManualClock();
  await clock.advance(50);
  expect(new Deadline(clock, 100)).toMatchObject({ startedAt: 50, at: 150 });
  expect(new Deadline(clock, 100, { since: 20 })).toMatchObject({ startedAt: 20, at: 120 });
  expect(new Deadline(clock, 100, { since: 20 }).remaining()).toBe(70);
  expect(new Deadline(clock, 10, { since: 20 }).remaining()).toBe(0);
});

test("lets the event loop turn twice before it has passed: what has arrived is read first", async () => {
  const clock = new ManualClock();
  const order: string[] = [];
  const turn = clock.turn.bind(clock);
  clock.turn = async () => {
    await turn();
    order.push("turn");
  };
  new Deadline(clock, 100).whenPassed(() => order.push("passed"));
  clock.settle = turn;
  await clock.advance(100);
  await clock.settle();
  await clock.advance(0);
  expect(order).toEqual(["turn", "turn", "passed"]);
});

test("that lay in the past already when it was made says nothing about this process: no lateness, no extension", async () => {
  const clock = new ManualClock();
  await clock.advance(5_000);
  const passed = watch(new Deadline(clock, 100, { since: 0 }));
  await clock.advance(0);
  expect(passed).toEqual([{ lateness: 0 }]);
});

test("passes once", async () => {
  const clock = new ManualClock();
  const passed = watch(new Deadline(clock, 100));
  await clock.advance(10_000);
  expect(passed).toHaveLength(1);
  expect(clock.armed).toBe(0);
});

test.each(["while it waits", "while it is extended"])(
  "disposed %s, it neither passes nor holds a timer",
  async (when) => {
    const clock = new ManualClock();
    let passed = false;
    const watch = new Deadline(clock, 100).whenPassed(() => (passed = true));
    if (when === "while it is extended") {
      clock.block(500);
      await clock.advance(100);
    }
    watch[Symbol.dispose]();
    expect(clock.armed).toBe(0);
    await clock.advance(2_000);
    expect(passed).toBe(false);
  },
);

test("disposed while the event loop turns, it arms nothing any more", async () => {
  const clock = new ManualClock();
  const gate = Promise.withResolvers<void>();
  const held = { now: () => clock.now(), wall: () => 0, timer: clock.timer.bind(clock), turn: () => gate.promise };
  const watch = new Deadline(held, 100).whenPassed(() => undefined);
  await clock.advance(100);
  watch[Symbol.dispose]();
  gate.resolve();
  await clock.settle();
  expect(clock.armed).toBe(0);
});

test("after a debugger has gone it passes without being late: that time was not this process's", async () => {
  const clock = new ManualClock();
  let debugged = true;
  const passed = watch(new Deadline(clock, 100, { debugged: () => debugged }));
  await clock.advance(60_000);
  debugged = false;
  await clock.advance(1_100);
  expect(passed).toEqual([{ lateness: 0 }]);
});

describe("a cap", () => {
  const cap = { at: 100, name: "testTimeout" };

  test("gives no more than 50 ms to a process that was blocked: what comes after it belongs to the runner", async () => {
    const clock = new ManualClock();
    const passed = watch(new Deadline(clock, 3_000, { cap }));
    clock.block(500);
    await clock.advance(49);
    expect(passed).toEqual([]);
    await clock.advance(1);
    expect(passed).toEqual([{ lateness: 400 }]);
  });

  test("that has no fixed end is asked when the wait begins", () => {
    const clock = new ManualClock();
    const moving = {
      name: "hookTimeout",
      get at() {
        return clock.now() + 100;
      },
    };
    const deadline = new Deadline(clock, 3_000, { cap: moving });
    clock.block(70);
    expect(deadline.at).toBe(100);
    expect(deadline.remaining()).toBe(30);
  });
});
