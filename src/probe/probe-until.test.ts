import { describe, expect, test } from "vitest";
import { ProbeStand } from "../../test/support/probe-stand.ts";
import { redOf, wakefulErrorOf } from "../../test/support/red.ts";
import type { Attempt } from "./types.ts";

const notYet = () => {
  throw new Error("not yet");
};

describe("looking", () => {
  test("the first look is made at once, before probeUntil returns, and its value is the result", async () => {
    const { probeUntil, clock } = new ProbeStand();
    let calls = 0;
    const wait = probeUntil(() => ({ orders: ++calls }));
    expect(calls).toBe(1);
    await expect(wait).resolves.toEqual({ orders: 1 });
    expect(clock.now()).toBe(0);
  });

  test("a value, an async function, a function that returns a promise and any thenable: all are awaited", async () => {
    const { probeUntil, takes, clock } = new ProbeStand();
    const thenable = { then: (resolve: (value: string) => void) => void Promise.resolve("thenable").then(resolve) };
    const nested = { then: (resolve: (value: unknown) => void) => void resolve(thenable) };
    const callable = Object.assign(() => "not called", thenable);
    const waits = [
      probeUntil(() => "value"),
      probeUntil(async () => {
        await Promise.resolve();
        return "async";
      }),
      probeUntil(() => takes.call({ clock }, 30, "promise")),
      probeUntil(() => thenable),
      probeUntil(() => nested),
      probeUntil(() => callable),
    ];
    await clock.advance(30);
    expect(await Promise.all(waits)).toEqual(["value", "async", "promise", "thenable", "thenable", "thenable"]);
  });

  test("a rejection, a thenable whose then throws, and one whose then cannot be read are throws like any other", async () => {
    const stand = new ProbeStand();
    const wait = stand.probeUntil<unknown>(({ number }: Attempt) => {
      if (number === 1) return Promise.reject(new Error("rejected"));
      if (number === 2) return { then: () => notYet() };
      if (number === 3) {
        return Object.defineProperty({}, "then", { get: notYet });
      }
      return "there";
    });
    await stand.clock.advance(10);
    expect(await wait).toBe("there");
    expect(stand.looks.map(({ outcome }) => outcome)).toEqual(["threw", "threw", "threw", "held"]);
    expect(stand.held).toBe(0);
  });

  test("any throw means not yet: it recovers after two failures, whatever was thrown", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const thrown = ["a text", undefined, null, Object.create(null) as unknown, new RangeError("no")];
    const wait = probeUntil(({ number }) => {
      if (number <= thrown.length) throw thrown[number - 1];
      return number;
    });
    await clock.advance(10);
    expect(await wait).toBe(6);
  });

  test("errors of retry libraries inside a probe are not swallowed: they mean not yet, and become the cause", async () => {
    const { probeUntil, clock } = new ProbeStand();
    class RetryError extends Error {
      override name = "RetryError";
    }
    const errors = [
      new RetryError("gave up after 3 attempts"),
      new DOMException("aborted by the library itself", "AbortError"),
      new AggregateError([new Error("one")], "all attempts failed"),
    ];
    for (const error of errors) {
      const failure = redOf(
        probeUntil(
          () => {
            throw error;
          },
          { within: 300, interval: 100 },
        ),
      );
      await clock.advance(300);
      expect(await failure).toMatchObject({ code: "SLA_VIOLATED", cause: error });
    }
  });

  test("each look gets its number, the time since the start, and a signal", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const attempts: Attempt[] = [];
    const wait = probeUntil(
      (attempt) => {
        attempts.push(attempt);
        if (attempt.number < 3) throw new Error("not yet");
      },
      { interval: 100 },
    );
    await clock.advance(200);
    await wait;
    expect(attempts.map(({ number, elapsed }) => [number, elapsed])).toEqual([
      [1, 0],
      [2, 100],
      [3, 200],
    ]);
    expect(attempts.map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
  });

  test("every look is told, with its outcome, its result and how long it took", async () => {
    const stand = new ProbeStand();
    const wait = stand.probeUntil(
      async ({ number }) => {
        await stand.takes(5, undefined);
        if (number === 1) throw new Error("not yet");
        return number;
      },
      { until: (number) => number === 3, interval: 10 },
    );
    await stand.clock.advance(50);
    await wait;
    expect(stand.looks).toMatchObject([
      { number: 1, took: 5, outcome: "threw", result: new Error("not yet") },
      { number: 2, took: 5, outcome: "not yet", result: 2 },
      { number: 3, took: 5, outcome: "held", result: 3 },
    ]);
  });

  test("looks never overlap, whatever arrives meanwhile", async () => {
    const stand = new ProbeStand();
    let running = 0;
    let most = 0;
    const wait = stand.probeUntil(async ({ number }) => {
      most = Math.max(most, ++running);
      await stand.takes(50, undefined);
      running--;
      if (number < 4) throw new Error("not yet");
    });
    for (let step = 0; step < 100; step++) {
      stand.event();
      await stand.clock.advance(5);
    }
    await wait;
    expect(most).toBe(1);
  });
});

describe("until", () => {
  test("false means not yet; the value that it says yes to is the result", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const wait = probeUntil(({ number }) => ({ number }), { until: ({ number }) => number === 3 });
    await clock.advance(10);
    expect(await wait).toEqual({ number: 3 });
  });

  test("a boolean probe is fine with it", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const wait = probeUntil(({ number }) => number > 1, { until: (ready) => ready });
    await clock.advance(10);
    expect(await wait).toBe(true);
  });

  test("when it throws, the wait ends at once, and says so", async () => {
    const { probeUntil } = new ProbeStand();
    const cause = new RangeError("no such field");
    const error = await redOf(
      probeUntil(() => 1, {
        until: () => {
          throw cause;
        },
      }),
    );
    expect(error).toMatchObject({ code: "PROBE_WRONG", cause });
    expect(error.message).toContain("until threw: RangeError: no such field");
  });

  test.each([
    ["a promise", () => Promise.resolve(true), "a promise"],
    ["a promise that rejects", () => Promise.reject(new Error("not seen")), "a promise"],
    ["nothing", () => undefined, "its result (undefined)"],
    ["a number", () => 1, "its result (number)"],
  ])("that returns %s is a mistake in the test, told at the first look", async (_, until, value) => {
    const stand = new ProbeStand();
    const error = await wakefulErrorOf(stand.probeUntil(() => 1, { until: until as never }));
    expect(error).toMatchObject({ code: "INVALID_OPTION", facts: { option: "until", value } });
    expect(stand.held).toBe(0);
  });
});

describe("a probe that says nothing", () => {
  test.each([true, false])("%s without until is an error on the first look", async (value) => {
    const stand = new ProbeStand();
    const error = await wakefulErrorOf(stand.probeUntil((() => value) as () => unknown));
    expect(error).toMatchObject({ code: "BOOLEAN_PROBE", name: "UsageError" });
    expect(stand.looks).toHaveLength(1);
  });

  test("a boolean behind a promise too, and one that comes after throws", async () => {
    const stand = new ProbeStand();
    const probe = ({ number }: Attempt): Promise<unknown> =>
      number < 3 ? Promise.reject(new Error("not yet")) : Promise.resolve(false);
    const error = wakefulErrorOf(stand.probeUntil(probe));
    await stand.clock.advance(10);
    expect(await error).toMatchObject({ code: "BOOLEAN_PROBE" });
  });

  test("no value is fine: that is what assertions return", async () => {
    const { probeUntil } = new ProbeStand();
    const value = await probeUntil(() => {
      expect(1).toBe(1);
    });
    expect(value).toBeUndefined();
  });
});

describe("when to look again", () => {
  test("after 5 % of the elapsed time, at least 1 ms, at most 40 ms", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const times: number[] = [];
    const failure = redOf(
      probeUntil(
        () => {
          times.push(clock.now());
          notYet();
        },
        { within: 2_000 },
      ),
    );
    await clock.advance(2_000);
    await failure;
    expect(times.slice(0, 4)).toEqual([0, 1, 2, 3]);
    for (const [index, time] of times.slice(0, -2).entries()) {
      const gap = (times[index + 1] ?? Number.NaN) - time;
      expect(gap).toBeCloseTo(Math.min(40, Math.max(1, time * 0.05)), 6);
    }
    expect(times.at(-1)).toBe(2_000);
  });

  test("after at least as long as the last look took, so that a slow probe is busy half of the time at most", async () => {
    const stand = new ProbeStand();
    const began: number[] = [];
    const wait = stand.probeUntil(async ({ number }) => {
      began.push(stand.clock.now());
      await stand.takes(30, undefined);
      if (number < 3) throw new Error("not yet");
    });
    await stand.clock.advance(200);
    await wait;
    expect(began).toEqual([0, 60, 120]);
  });

  test("after the interval that is given, as a duration or as a function of the look", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const asked: unknown[] = [];
    const begun: number[] = [];
    const wait = probeUntil(
      async ({ number }) => {
        begun.push(clock.now());
        await Promise.resolve();
        if (number < 3) throw new Error("not yet");
      },
      {
        interval: (look) => {
          asked.push(look);
          return look.number * 100;
        },
      },
    );
    await clock.advance(300);
    await wait;
    expect(begun).toEqual([0, 100, 300]);
    expect(asked).toEqual([
      { number: 1, elapsed: 0, lastLook: 0 },
      { number: 2, elapsed: 100, lastLook: 0 },
    ]);
    const fixed = redOf(probeUntil(notYet, { within: "300ms", interval: "100ms" }));
    await clock.advance(300);
    expect((await fixed).message).toContain("4 looks");
  });

  test.each([Number.NaN, -1, "1s", undefined])("an interval function that returns %s is a mistake", async (rest) => {
    const stand = new ProbeStand();
    const error = await wakefulErrorOf(stand.probeUntil(notYet, { interval: (() => rest) as never }));
    expect(error).toMatchObject({ code: "INVALID_OPTION", facts: { option: "interval" } });
    expect(stand.held).toBe(0);
  });

  test("at once when an event of the scope arrives", async () => {
    const stand = new ProbeStand();
    let there = false;
    const wait = stand.probeUntil(() => there || notYet(), { interval: "1h", within: "2h", until: (value) => value });
    await stand.clock.advance(1_234);
    there = true;
    stand.event();
    await wait;
    expect(stand.clock.now()).toBe(1_234);
    expect(stand.looks).toHaveLength(2);
  });

  test("events that arrive together bring one look", async () => {
    const stand = new ProbeStand();
    const failure = redOf(stand.probeUntil(notYet, { interval: 1_000, within: 999 }));
    await stand.clock.advance(100);
    for (let event = 0; event < 5; event++) stand.event();
    await stand.clock.advance(100);
    expect(stand.looks).toHaveLength(2);
    await stand.clock.advance(799);
    await failure;
  });

  test("an event that arrives during a look brings one more look after it: it may have come too late for this one", async () => {
    const stand = new ProbeStand();
    let there = false;
    const wait = stand.probeUntil(
      async () => {
        const seen = there;
        await stand.takes(50, undefined);
        return seen;
      },
      { interval: "1h", within: "2h", until: (seen) => seen },
    );
    await stand.clock.advance(20);
    there = true;
    stand.event();
    stand.event();
    await stand.clock.advance(81);
    expect(await wait).toBe(true);
    expect(stand.looks).toHaveLength(2);
  });

  test("an event that the look itself causes does not make it spin: looks stay 1 ms apart, and the deadline ends them", async () => {
    const stand = new ProbeStand();
    const failure = redOf(
      stand.probeUntil(
        () => {
          stand.event();
          notYet();
        },
        // a wait that spins never lets this test go on
        { within: 100, interval: "1h", failFast: () => stand.looks.length > 1_000 },
      ),
    );
    await stand.clock.advance(100);
    expect((await failure).code).toBe("SLA_VIOLATED");
    expect(stand.looks.length).toBeLessThanOrEqual(101);
    expect(stand.looks.length).toBeGreaterThan(50);
  });
});
