import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { ProbeStand } from "../../test/support/probe-stand.ts";
import { errorOf, redOf, wakefulErrorOf } from "../../test/support/red.ts";
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

describe("the deadline", () => {
  test("four failing looks in 300 ms: the cause is the last error itself, with all that was seen", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const errors: Error[] = [];
    class Missing extends Error {
      override name = "Missing";
    }
    const failure = redOf(
      probeUntil(
        ({ number }) => {
          errors.push(new Missing(number === 1 ? "no customer" : "no order"));
          throw errors.at(-1);
        },
        { within: "300ms", interval: "100ms", description: "the order is there" },
      ),
    );
    await clock.advance(300);
    const error = await failure;
    expect(errors).toHaveLength(4);
    expect(error.code).toBe("SLA_VIOLATED");
    expect(error.cause).toBe(errors[3]);
    expect(error.cause).toBeInstanceOf(Missing);
    expect(error.message).toContain("probeUntil the order is there did not hold within 300 ms (4 looks)");
    expect(error.facts["evidence"]).toMatchObject({
      sla: { within: 300, source: "within" },
      waited: 300,
      looks: {
        count: 4,
        first: { name: "Missing", message: "no customer" },
        last: { name: "Missing", message: "no order" },
        history: [
          { result: { name: "Missing", message: "no customer" }, times: 1 },
          { result: { name: "Missing", message: "no order" }, times: 3 },
        ],
      },
    });
  });

  test("actual and expected of the last error are forwarded, for the runner's diff", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const failure = redOf(
      probeUntil(
        () => {
          assert.deepEqual({ orders: [] }, { orders: ["1"] });
        },
        { within: 100 },
      ),
    );
    await clock.advance(100);
    const { actual, expected } = await failure;
    expect({ actual, expected }).toEqual({ actual: { orders: [] }, expected: { orders: ["1"] } });
  });

  test("no `within` is 3 s, and the failure says that this is the default", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const failure = redOf(probeUntil(notYet));
    await clock.advance(2_999);
    await clock.advance(1);
    const { message } = await failure;
    expect(message).toContain("did not hold within 3 s");
    expect(message).toContain("SLA 3 s (the default), counted from the start of the wait");
  });

  test("within 0 still makes one look, and only one", async () => {
    const stand = new ProbeStand();
    expect(await stand.probeUntil(() => "there", { within: 0 })).toBe("there");
    const error = await redOf(stand.probeUntil(notYet, { within: 0 }));
    expect(error.message).toContain("(1 look)");
    expect(stand.looks).toHaveLength(2);
    expect(stand.held).toBe(0);
  });

  test("the last sleep is clipped to it: interval 1 s, within 250 ms ends after 250 ms, with a look then", async () => {
    const stand = new ProbeStand();
    const times: number[] = [];
    const failure = redOf(
      stand.probeUntil(
        () => {
          times.push(stand.clock.now());
          notYet();
        },
        { interval: "1s", within: 250 },
      ),
    );
    await stand.clock.advance(250);
    await failure;
    expect(times).toEqual([0, 250]);
  });

  test("what becomes true in the last sleep is seen: at 470 of 500 ms with a look each 400 ms", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const wait = probeUntil(() => clock.now(), { until: (now) => now >= 470, interval: 400, within: 500 });
    await clock.advance(500);
    expect(await wait).toBe(500);
  });

  test("after it no timer and no subscription is left, whatever the end was", async () => {
    const stand = new ProbeStand();
    const { probeUntil, clock } = stand;
    await probeUntil(() => 1);
    const red = redOf(probeUntil(notYet, { within: 100 }));
    const green = probeUntil(({ number }) => number, { until: (number) => number > 3 });
    expect(stand.held).toBeGreaterThan(0);
    await clock.advance(100);
    await red;
    await green;
    expect(stand.held).toBe(0);
  });
});

describe("a look at the end", () => {
  test("counts when it began by the deadline and ended within 50 ms after it", async () => {
    const stand = new ProbeStand();
    const wait = stand.probeUntil(
      async ({ number }) => {
        if (number === 1) throw new Error("not yet");
        return await stand.takes(45, "in time");
      },
      { interval: 299, within: 300 },
    );
    await stand.clock.advance(344);
    expect(await wait).toBe("in time");
  });

  test("counts up to as long after it as the longest look before took", async () => {
    const stand = new ProbeStand();
    const wait = stand.probeUntil(
      async ({ number }) => {
        await stand.takes(200, undefined);
        if (number === 1) throw new Error("not yet");
        return stand.clock.now();
      },
      { interval: 50, within: 300 },
    );
    await stand.clock.advance(450);
    expect(await wait).toBe(450);
  });

  test("that began at the very end may take twice as long as the longest before: nobody's looks all take the same", async () => {
    const stand = new ProbeStand();
    const wait = stand.probeUntil(
      async ({ number }) => {
        await stand.takes(number === 1 ? 100 : 130, undefined);
        if (number === 1) throw new Error("not yet");
      },
      { interval: "1h", within: 300 },
    );
    await stand.clock.advance(430);
    await wait;
    expect(stand.looks).toHaveLength(2);
  });

  test("that takes longer is cut off and named hung: its signal is aborted, the last real error stays the cause", async () => {
    const stand = new ProbeStand();
    const cause = new Error("connection refused");
    let signal: AbortSignal | undefined;
    const failure = redOf(
      stand.probeUntil(
        (attempt) => {
          if (attempt.number === 1) throw cause;
          ({ signal } = attempt);
          return new Promise<never>(() => undefined);
        },
        { within: 300, interval: 100 },
      ),
    );
    await stand.clock.advance(349);
    expect(signal?.aborted).toBe(false);
    await stand.clock.advance(1);
    const error = await failure;
    expect(error).toMatchObject({ code: "HUNG", cause });
    expect(error.message).toContain("look 2 of");
    expect(error.message).toContain("did not end within 250 ms");
    expect(error.message).toContain("connection refused");
    expect(signal?.aborted).toBe(true);
    expect(stand.held).toBe(0);
  });

  test("a probe that hangs at its first look ends at the deadline and its grace too", async () => {
    const stand = new ProbeStand();
    const failure = redOf(stand.probeUntil(() => new Promise<never>(() => undefined), { within: 300 }));
    await stand.clock.advance(350);
    expect(await failure).toMatchObject({ code: "HUNG" });
    expect(stand.looks).toMatchObject([{ number: 1, outcome: "hung", took: 350 }]);
  });

  test("a success long after the deadline is a violation: 1 s where 300 ms were allowed", async () => {
    const stand = new ProbeStand();
    const failure = redOf(stand.probeUntil(() => stand.takes(1_000, "there"), { within: 300 }));
    await stand.clock.advance(1_000);
    expect((await failure).code).toBe("HUNG");
  });

  test("so is a success of a probe that blocked this process all that time", async () => {
    const stand = new ProbeStand();
    const error = await redOf(
      stand.probeUntil(
        () => {
          stand.clock.block(1_000);
          return "there";
        },
        { within: 300 },
      ),
    );
    expect(error.code).toBe("SLA_VIOLATED");
    expect(error.message).toContain("look 1 of");
    expect(error.message).toContain("held, but ended 650 ms too late");
    expect(stand.held).toBe(0);
  });

  test("so is one of an async probe that blocked before its first await", async () => {
    const stand = new ProbeStand();
    const failure = redOf(
      stand.probeUntil(
        async () => {
          stand.clock.block(1_000);
          await Promise.resolve();
          return "there";
        },
        { within: 300 },
      ),
    );
    await stand.clock.advance(0);
    expect(await failure).toMatchObject({ code: "SLA_VIOLATED" });
  });

  test("a probe that blocked beyond the deadline gets no more looks", async () => {
    const stand = new ProbeStand();
    const error = await redOf(
      stand.probeUntil(
        () => {
          stand.clock.block(1_000);
          notYet();
        },
        { within: 300 },
      ),
    );
    expect(stand.looks).toHaveLength(1);
    expect(error.message).toContain("(1 look; the probe blocked this process for 1 s)");
  });

  test("what a look that was cut off does later disturbs nothing", async () => {
    const stand = new ProbeStand();
    const failure = redOf(
      stand.probeUntil(
        async () => {
          await stand.takes(1_000, undefined);
          throw new Error("nobody hears this");
        },
        { within: 100 },
      ),
    );
    await stand.clock.advance(150);
    await failure;
    await stand.clock.advance(2_000);
    expect(stand.looks).toHaveLength(1);
  });
});

describe("a process that was blocked", () => {
  test("gets as long again as it was late, and one more look: what sat unread in a socket counts", async () => {
    const { probeUntil, clock } = new ProbeStand();
    let read = false;
    const wait = probeUntil(() => read, { until: (value) => value, within: 300, interval: "1h" });
    await clock.advance(290);
    clock.block(222);
    await clock.advance(0);
    clock.timer(200, () => {
      read = true;
    });
    await clock.advance(212);
    expect(await wait).toBe(true);
  });

  test("is named in the failure: for how long it was blocked", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const failure = redOf(probeUntil(notYet, { within: 300, interval: "1h" }));
    await clock.advance(290);
    clock.block(222);
    await clock.advance(212);
    const error = await failure;
    expect(error.message).toContain("this process was blocked for 212 ms");
    expect(error.facts["evidence"]).toMatchObject({ lateness: 212, waited: 724 });
  });

  test("gets 1 s more at most", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const failure = redOf(probeUntil(notYet, { within: 300, interval: "1h" }));
    clock.block(60_000);
    await clock.advance(1_000);
    expect((await failure).facts["evidence"]).toMatchObject({ waited: 61_000 });
  });

  test("does not make a look hung that answered meanwhile", async () => {
    const stand = new ProbeStand();
    const wait = stand.probeUntil(() => stand.takes(100, "there"), { within: 300 });
    await stand.clock.advance(90);
    stand.clock.block(500);
    await stand.clock.advance(0);
    expect(await wait).toBe("there");
  });

  test("by the probe itself, for more than 50 ms, is told once a wait, and in the failure", async () => {
    const stand = new ProbeStand();
    const failure = redOf(
      stand.probeUntil(
        ({ number }) => {
          stand.clock.block(number === 1 ? 50 : 60);
          notYet();
        },
        { within: 300, interval: 100 },
      ),
    );
    await stand.clock.advance(300);
    const error = await failure;
    expect(stand.blocked).toEqual([60]);
    expect(error.message).toContain("; the probe blocked this process for 60 ms)");
    expect(error.facts["evidence"]).toMatchObject({ blocked: 60 });
  });

  test("asynchronous work of the probe is no block", async () => {
    const stand = new ProbeStand();
    const wait = stand.probeUntil(() => stand.takes(500, "there"));
    await stand.clock.advance(500);
    await wait;
    expect(stand.blocked).toEqual([]);
  });
});

describe("what ends the wait at once", () => {
  test("a name that does not exist in the file of the probe", async () => {
    const stand = new ProbeStand();
    const error = await redOf(
      stand.probeUntil(() => {
        // @ts-expect-error: the mistake that is meant
        expect(customer.orders).toEqual([]);
      }),
    );
    expect(error.code).toBe("PROBE_WRONG");
    expect(error.message).toContain("ReferenceError: customer is not defined");
    expect(error.cause).toBeInstanceOf(ReferenceError);
    expect(stand.looks).toHaveLength(1);
    expect(stand.held).toBe(0);
  });

  test("but not one of another file: a library may be half loaded", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const wait = probeUntil(({ number }) => {
      if (number > 2) return number;
      const error = new ReferenceError("connection is not defined");
      error.stack = `ReferenceError: connection is not defined\n    at query (/app/node_modules/pg/index.js:3:1)\n${new Error("from here").stack}`;
      throw error;
    });
    await clock.advance(10);
    expect(await wait).toBe(3);
  });

  test("an error that failFast accepts: it is the cause, and its message is in the text", async () => {
    const stand = new ProbeStand();
    const fatal = Object.assign(new Error("customer was rejected"), { status: 400 });
    const error = await redOf(
      stand.probeUntil(
        () => {
          throw fatal;
        },
        { failFast: (error) => (error as { status?: number }).status === 400 },
      ),
    );
    expect(error).toMatchObject({ code: "PROBE_FAILED", cause: fatal });
    expect(error.message).toContain("customer was rejected");
    expect(stand.looks).toHaveLength(1);
    expect(stand.held).toBe(0);
  });

  test("but none that it does not accept", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const wait = probeUntil(
      ({ number }) => {
        if (number < 3) throw new Error("503");
        return number;
      },
      { failFast: (error) => (error as Error).message === "400" },
    );
    await clock.advance(10);
    expect(await wait).toBe(3);
  });

  test("a failFast that throws, with its own error as the cause", async () => {
    const { probeUntil } = new ProbeStand();
    const error = await redOf(
      probeUntil(notYet, { failFast: (error) => (error as { response: { status: number } }).response.status === 400 }),
    );
    expect(error.code).toBe("PROBE_WRONG");
    expect(error.message).toContain("failFast threw: TypeError");
    expect(error.facts["evidence"]).toMatchObject({ looks: { last: { message: "not yet" } } });
  });

  test("a failFast that answers with something else than true or false", async () => {
    const { probeUntil } = new ProbeStand();
    const error = await wakefulErrorOf(probeUntil(notYet, { failFast: (() => Promise.resolve(true)) as never }));
    expect(error).toMatchObject({ code: "INVALID_OPTION", facts: { option: "failFast", value: "a promise" } });
  });

  test("a mistake in how the probe uses Wakeful", async () => {
    const stand = new ProbeStand();
    const error = await wakefulErrorOf(
      stand.probeUntil(() => stand.probeUntil(() => 1, { within: "3 seconds" as never })),
    );
    expect(error.code).toBe("INVALID_DURATION");
  });

  test("the death of a system, while it rests", async () => {
    const stand = new ProbeStand();
    const failure = redOf(stand.probeUntil(notYet, { interval: "1h", within: "2h" }));
    await stand.clock.advance(1_000);
    stand.death("customers ended (SIGKILL)");
    const error = await failure;
    expect(error.code).toBe("SYSTEM_EXITED");
    expect(error.message).toContain("customers ended (SIGKILL) while probeUntil");
    expect((error.cause as Error).message).toBe("not yet");
    expect(stand.clock.now()).toBe(1_000);
    expect(stand.held).toBe(0);
  });

  test("the death of a system, during a look: what the look asks cannot answer any more", async () => {
    const stand = new ProbeStand();
    let signal: AbortSignal | undefined;
    const failure = redOf(
      stand.probeUntil((attempt) => {
        ({ signal } = attempt);
        return new Promise<never>(() => undefined);
      }),
    );
    await stand.clock.advance(1_000);
    stand.death();
    expect((await failure).code).toBe("SYSTEM_EXITED");
    expect(signal?.aborted).toBe(true);
    expect(stand.held).toBe(0);
  });

  test("the death of a system between the deadline and its being pronounced", async () => {
    const stand = new ProbeStand();
    const failure = redOf(stand.probeUntil(notYet, { within: 300, interval: "1h" }));
    stand.clock.block(900);
    await stand.clock.advance(300);
    stand.death();
    expect((await failure).code).toBe("SYSTEM_EXITED");
    expect(stand.clock.now()).toBe(1_200);
  });

  test("a system that is dead already", async () => {
    const stand = new ProbeStand({
      onDeath: (callback) => {
        callback("customers ended (exit code 1) 1 s before the probe began", true);
        return { [Symbol.dispose]: () => undefined };
      },
    });
    const error = await redOf(stand.probeUntil(() => "a stale answer"));
    expect(error.code).toBe("SYSTEM_EXITED");
    // it did not end while the probe was waiting
    expect(error.facts["detail"]).toBe("customers ended (exit code 1) 1 s before the probe began");
    expect(stand.held).toBe(0);
  });
});

describe("an abort", () => {
  test("while it rests rejects with the signal's reason before anything else can happen, and leaves no timer", async () => {
    const stand = new ProbeStand();
    const controller = new AbortController();
    const order: string[] = [];
    const reason = new Error("enough");
    const error = errorOf(stand.probeUntil(notYet, { signal: controller.signal })).then((error) => {
      order.push("rejected");
      return error;
    });
    await stand.clock.advance(500);
    setImmediate(() => order.push("next turn"));
    controller.abort(reason);
    expect(await error).toBe(reason);
    await stand.clock.settle();
    expect(order).toEqual(["rejected", "next turn"]);
    expect(stand.held).toBe(0);
  });

  test("during a look aborts the look too", async () => {
    const stand = new ProbeStand();
    const controller = new AbortController();
    let signal: AbortSignal | undefined;
    const error = errorOf(
      stand.probeUntil(
        (attempt) => {
          ({ signal } = attempt);
          return new Promise<never>(() => undefined);
        },
        { signal: controller.signal },
      ),
    );
    await stand.clock.advance(100);
    controller.abort("why");
    expect(await error).toBe("why");
    expect(signal?.reason).toBe("why");
    await stand.clock.settle();
    expect(stand.held).toBe(0);
  });

  test("from within the look ends the wait as well", async () => {
    const stand = new ProbeStand();
    const controller = new AbortController();
    const error = errorOf(
      stand.probeUntil(
        async () => {
          controller.abort("from within");
          await stand.takes(10_000, undefined);
        },
        { signal: controller.signal },
      ),
    );
    expect(await error).toBe("from within");
    await stand.clock.settle();
    expect(stand.held).toBe(1); // the timer of the probe's own
  });

  test("before the start: no look is made", async () => {
    const stand = new ProbeStand();
    expect(await errorOf(stand.probeUntil(() => "there", { signal: AbortSignal.abort("early") }))).toBe("early");
    expect(stand.looks).toEqual([]);
  });
});

describe("a probe that may be wrong itself", () => {
  test("every look ended by the same TypeError in the same line", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const customer: { orders?: string[] } = {};
    const failure = redOf(probeUntil(() => expect(customer.orders!.length).toBe(2), { within: 100 }));
    await clock.advance(100);
    const error = await failure;
    expect(error.code).toBe("PROBE_WRONG");
    expect(error.message).toContain("all ended by TypeError: Cannot read properties of undefined (reading 'length')");
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  test("not when one look failed otherwise, in another line, or when there was only one look", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const broken = undefined as unknown as { field: number };
    const once = redOf(
      probeUntil(
        ({ number }) => {
          if (number === 3) throw new Error("503");
          return broken.field;
        },
        { within: 100 },
      ),
    );
    const elsewhere = redOf(
      probeUntil(
        ({ number }) => {
          if (number === 3) return broken.field;
          return broken.field;
        },
        { within: 100 },
      ),
    );
    const single = redOf(probeUntil(() => broken.field, { within: 0 }));
    await clock.advance(100);
    expect([(await once).code, (await elsewhere).code, (await single).code]).toEqual([
      "SLA_VIOLATED",
      "SLA_VIOLATED",
      "SLA_VIOLATED",
    ]);
  });

  test("not when the TypeError has a cause: that is how fetch says that nobody listens", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const failure = redOf(
      probeUntil(
        () => {
          throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") });
        },
        { within: 100 },
      ),
    );
    await clock.advance(100);
    expect((await failure).code).toBe("SLA_VIOLATED");
  });
});

describe("a dump", () => {
  const failWith = async (onTimeout: () => unknown, advance = 100) => {
    const stand = new ProbeStand();
    const failure = redOf(stand.probeUntil(notYet, { within: 100, onTimeout }));
    await stand.clock.advance(advance);
    const error = await failure;
    expect(stand.clock.armed).toBe(0);
    return error;
  };

  test("of onTimeout is shown in the failure, awaited", async () => {
    const error = await failWith(async () => {
      await Promise.resolve();
      return { queue: { waiting: 1 } };
    });
    expect(error.message).toContain('dump      {"queue":{"waiting":1}}');
    expect(error.code).toBe("SLA_VIOLATED");
  });

  test("that takes longer than 1 s is not waited for", async () => {
    const error = await failWith(() => new Promise(() => undefined), 1_100);
    expect(error.message).toContain("onTimeout took more than 1 s");
  });

  test("that fails is no more than a line in the failure", async () => {
    const error = await failWith(() => {
      throw new Error("no database");
    });
    expect(error).toMatchObject({ code: "SLA_VIOLATED", cause: { message: "not yet" } });
    expect(error.message).toContain("onTimeout itself threw: Error: no database");
  });

  test("is given for a look that hung", async () => {
    const stand = new ProbeStand();
    const failure = redOf(
      stand.probeUntil(() => new Promise<never>(() => undefined), { within: 100, onTimeout: () => "3 in flight" }),
    );
    await stand.clock.advance(150);
    expect((await failure).message).toContain("dump      3 in flight");
  });

  test("is not asked for by a wait that holds", async () => {
    const { probeUntil } = new ProbeStand();
    let asked = false;
    await probeUntil(() => 1, { onTimeout: () => (asked = true) });
    expect(asked).toBe(false);
  });

  test("under way when the wait is aborted leaves no timer", async () => {
    const stand = new ProbeStand();
    const controller = new AbortController();
    const error = errorOf(
      stand.probeUntil(notYet, {
        within: 100,
        signal: controller.signal,
        onTimeout: () => new Promise(() => undefined),
      }),
    );
    await stand.clock.advance(200);
    controller.abort("enough");
    expect(await error).toBe("enough");
    await stand.clock.settle();
    expect(stand.held).toBe(0);
  });
});

describe("the runner's own time-out", () => {
  const cap = { at: 1_000, name: "testTimeout of 1.25 s" };

  test("comes first: the wait ends before it, is not judged, and says which time-out to raise", async () => {
    const stand = new ProbeStand({ cap });
    const failure = redOf(stand.probeUntil(notYet, { within: 3_000, interval: 500 }));
    await stand.clock.advance(1_000);
    const error = await failure;
    expect(error.code).toBe("NOT_JUDGED");
    expect(error.message).toContain("testTimeout of 1.25 s came before the 3 s were over, after 3 looks");
  });

  test("during a look: not judged either, for the look had time left", async () => {
    const stand = new ProbeStand({ cap });
    const failure = redOf(stand.probeUntil(() => stand.takes(2_000, "there"), { within: 3_000 }));
    await stand.clock.advance(1_050);
    const error = await failure;
    expect(error.code).toBe("NOT_JUDGED");
    expect(error.message).toContain("during look 1");
  });

  test("is kept even by slow looks, blocks and dumps: nothing goes on longer than 250 ms after it", async () => {
    const stand = new ProbeStand({ cap });
    const slow = redOf(
      stand.probeUntil(
        async () => {
          await stand.takes(400, undefined);
          notYet();
        },
        { within: 3_000, interval: 1, onTimeout: () => new Promise(() => undefined) },
      ),
    );
    await stand.clock.advance(1_200);
    expect((await slow).code).toBe("NOT_JUDGED");
    const blocked = new ProbeStand({ cap });
    const failure = redOf(blocked.probeUntil(notYet, { within: 3_000, interval: "1h" }));
    blocked.clock.block(1_150);
    await blocked.clock.advance(50);
    expect((await failure).code).toBe("NOT_JUDGED");
  });

  test("later than the SLA changes nothing, but a dump ends before it", async () => {
    const stand = new ProbeStand({ cap: { at: 1_000, name: "testTimeout" } });
    const failure = redOf(stand.probeUntil(notYet, { within: 800, onTimeout: () => new Promise(() => undefined) }));
    await stand.clock.advance(1_000);
    const error = await failure;
    expect(error.code).toBe("SLA_VIOLATED");
    expect(error.message).toContain("onTimeout took more than 200 ms");
  });
});
