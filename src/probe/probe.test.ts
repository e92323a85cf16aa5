import { AssertionError } from "node:assert";
import { describe, expect, test, vi } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { watch } from "../../test/support/open-harness.ts";
import { bareContext, createProbes, type Look, type ProbeContext } from "./index.ts";

function open(more: Partial<ProbeContext> = {}) {
  const clock = new ManualClock();
  const looks: Look[] = [];
  const context: ProbeContext = { ...bareContext, clock, onLook: (look) => looks.push(look), ...more };
  return { clock, looks, ...createProbes(() => context) };
}

/** A probe that fails until the clock has come so far. */
function trueFrom(clock: ManualClock, at: number, value: unknown = "done") {
  return () => {
    if (clock.now() < at) throw new Error(`not before ${at}`);
    return value;
  };
}

describe("probeUntil looks", () => {
  test("at once: what is true already costs no time and one look (36)", async () => {
    const { probeUntil, clock, looks } = open();
    expect(await probeUntil(() => 7)).toBe(7);
    expect(looks).toHaveLength(1);
    expect(clock.now()).toBe(0);
  });

  test("again after 5 % of the elapsed time, at least 1 and at most 40 ms (W2)", async () => {
    const { probeUntil, clock } = open();
    const times: number[] = [];
    const wait = watch(
      probeUntil(() => {
        times.push(clock.now());
        throw new Error("no");
      }),
    );
    await clock.advance(4_100);
    expect(wait.state).toBe("rejected");
    const rests = times.slice(1).map((time, index) => time - (times[index] as number));
    expect(Math.min(...rests.slice(0, -1))).toBeGreaterThanOrEqual(0.99);
    expect(Math.max(...rests)).toBeLessThanOrEqual(40.01);
    const inFirst200 = times.filter((time) => time <= 200).length;
    expect(inFirst200).toBeLessThanOrEqual(80);
    // the delay in noticing stays at 5 % of the time waited
    for (const [index, rest] of rests.entries())
      if (index < rests.length - 1)
        expect(rest).toBeLessThanOrEqual(Math.max(1, (times[index] as number) * 0.05) + 0.01);
  });

  test("not before a slow look has rested as long as it took", async () => {
    const { probeUntil, clock } = open();
    const began: number[] = [];
    const wait = watch(
      probeUntil(
        () => {
          began.push(clock.now());
          return new Promise((_, reject) => {
            clock.timer(20, () => {
              reject(new Error("no"));
            });
          });
        },
        { within: 200 },
      ),
    );
    await clock.advance(500);
    expect(wait.state).toBe("rejected");
    expect(began.slice(0, 3)).toEqual([0, 40, 80]);
  });

  test("when an event of the scope arrives, and once for many of them (W2)", async () => {
    let event = () => {};
    const { probeUntil, clock, looks } = open({
      onEvent: (callback) => {
        event = callback;
        return { [Symbol.dispose]: () => undefined };
      },
    });
    let there = false;
    const wait = watch(probeUntil(() => there, { until: Boolean, interval: 500 }));
    await clock.settle();
    there = true;
    for (let index = 0; index < 10; index++) event();
    await clock.advance(1);
    expect(wait).toMatchObject({ state: "fulfilled", value: true });
    expect(looks).toHaveLength(2);
  });

  test("never twice at the same time", async () => {
    let event = () => {};
    const { probeUntil, clock } = open({
      onEvent: (callback) => {
        event = callback;
        return { [Symbol.dispose]: () => undefined };
      },
    });
    let [running, most] = [0, 0];
    const wait = watch(
      probeUntil(
        async () => {
          most = Math.max(most, ++running);
          await new Promise<void>((resolve) => {
            clock.timer(10, resolve);
          });
          running--;
          throw new Error("no");
        },
        { within: 100 },
      ),
    );
    for (let index = 0; index < 50; index++) {
      event();
      await clock.advance(4);
    }
    expect(wait.state).toBe("rejected");
    expect(most).toBe(1);
  });

  test("at least once, also within 0 (40)", async () => {
    const { probeUntil, clock, looks } = open();
    const wait = watch(
      probeUntil(
        () => {
          throw new Error("no");
        },
        { within: 0 },
      ),
    );
    await clock.advance(1);
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(looks.length).toBeGreaterThanOrEqual(1);
  });
});

describe("probeUntil returns what the probe returned", () => {
  const thenable = {
    then(resolve: (value: string) => void): void {
      resolve("thenable");
    },
  };
  test.for<[string, () => unknown, unknown]>([
    ["a value", () => "value", "value"],
    ["an async function's", () => Promise.resolve("async"), "async"],
    ["a thenable's", () => thenable, "thenable"],
    ["nothing, of an assertion", () => undefined, undefined],
  ])("%s (37)", async ([, probe, value]) => {
    const { probeUntil } = open();
    expect(await probeUntil(probe)).toBe(value);
  });

  test("fails, fails, holds: recovers after failures of any kind (38)", async () => {
    const { probeUntil, clock } = open();
    const outcomes = [new TypeError("a"), "a string"];
    const wait = watch(
      probeUntil(() => {
        if (outcomes.length > 0) throw outcomes.shift();
        return "held";
      }),
    );
    await clock.advance(10);
    expect(wait).toMatchObject({ state: "fulfilled", value: "held" });
  });

  test("the value that `until` accepted", async () => {
    const { probeUntil, clock } = open();
    let count = 0;
    const wait = watch(probeUntil(() => ++count, { until: (value) => value === 3 }));
    await clock.advance(10);
    expect(wait.value).toBe(3);
  });
});

describe("probeUntil at the deadline", () => {
  test("the failure is an SLA violation whose cause is the last error itself, with the history (39)", async () => {
    const { probeUntil, clock } = open();
    let count = 0;
    const errors: Error[] = [];
    const wait = watch(
      probeUntil(
        () => {
          const error = new AssertionError({ message: count++ < 2 ? "first" : "last", actual: 1, expected: 2 });
          errors.push(error);
          throw error;
        },
        { within: 300 },
      ),
    );
    await clock.advance(400);
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED", cause: errors.at(-1), actual: 1, expected: 2 });
    expect(wait.error?.message).toMatch(/2 × AssertionError: first[\s\S]*× AssertionError: last/);
  });

  test("the last rest is clipped to it (42)", async () => {
    const { probeUntil, clock } = open();
    const wait = watch(
      probeUntil(
        () => {
          throw new Error("no");
        },
        { within: 250, interval: 1_000 },
      ),
    );
    await clock.advance(251);
    expect(wait.state).toBe("rejected");
  });

  test("what became true during the last rest is seen by a last look", async () => {
    const { probeUntil, clock } = open();
    const wait = watch(probeUntil(trueFrom(clock, 490), { within: 500, interval: 400 }));
    await clock.advance(501);
    expect(wait.value).toBe("done");
  });

  test("a look that ends after the grace does not count: success too late is a violation (43)", async () => {
    const { probeUntil, clock } = open();
    const slow = () =>
      new Promise((resolve) => {
        clock.timer(1_000, () => {
          resolve("too late");
        });
      });
    const wait = watch(probeUntil(slow, { within: 300 }));
    await clock.advance(1_500);
    expect(wait.error).toMatchObject({ code: "HUNG" });
  });

  test("a look that began in time and ended within the grace counts (W3)", async () => {
    const { probeUntil, clock } = open();
    const wait = watch(
      probeUntil(
        () =>
          new Promise((resolve) => {
            clock.timer(340, () => {
              resolve("just so");
            });
          }),
        { within: 300 },
      ),
    );
    await clock.advance(345);
    expect(wait.value).toBe("just so");
  });

  test("a look that never ends is cut off, named hung, and its signal aborted; the last real error stays (41)", async () => {
    const { probeUntil, clock } = open();
    let signal: AbortSignal | undefined;
    let count = 0;
    const wait = watch(
      probeUntil(
        (attempt) => {
          if (count++ === 0) throw new Error("the real one");
          signal = attempt.signal;
          return new Promise(() => undefined);
        },
        { within: 200 },
      ),
    );
    await clock.advance(260);
    expect(wait.error).toMatchObject({ code: "HUNG", cause: { message: "the real one" } });
    expect(signal?.aborted).toBe(true);
    expect(clock.armed).toBe(0);
  });

  test("when this process was blocked over the deadline, one more look is made afterwards", async () => {
    const { probeUntil, clock } = open();
    const wait = watch(probeUntil(trueFrom(clock, 550), { within: 500, interval: 100 }));
    await clock.advance(450);
    clock.block(150);
    await clock.advance(200);
    expect(wait.value).toBe("done");
  });

  test("a runner's time-out that comes first is not judged (W9)", async () => {
    const { probeUntil, clock } = open({ cap: { at: 100, name: "the test's time-out" } });
    const wait = watch(probeUntil(trueFrom(clock, 5_000)));
    await clock.advance(101);
    expect(wait.error).toMatchObject({ code: "NOT_JUDGED" });
  });

  test("what onTimeout returns is shown, and cannot hold the failure up (47)", async () => {
    const { probeUntil, clock } = open();
    const never = trueFrom(clock, 1e9);
    const shown = watch(probeUntil(never, { within: 10, onTimeout: () => "queue: 3 messages" }));
    const hanging = watch(probeUntil(never, { within: 10, onTimeout: () => new Promise(() => undefined) }));
    const throwing = watch(
      probeUntil(never, {
        within: 10,
        onTimeout: () => {
          throw new Error("no dump");
        },
      }),
    );
    await clock.advance(1_100);
    expect(shown.error?.message).toContain("queue: 3 messages");
    expect(hanging.error?.message).toContain("onTimeout took more than 1 s");
    expect(throwing.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(throwing.error?.message).toContain("no dump");
  });
});

describe("probeUntil ends at once", () => {
  test.for([true, false])("when a probe without `until` returns %s (44)", async (answer) => {
    const { probeUntil, looks } = open();
    await expect(probeUntil((() => answer) as () => never)).rejects.toMatchObject({ code: "BOOLEAN_PROBE" });
    expect(looks).toHaveLength(1);
  });

  test("when failFast says so of an error (45)", async () => {
    class Fatal extends Error {}
    const { probeUntil, looks } = open();
    const fatal = new Fatal("no use");
    const wait = probeUntil(
      () => {
        throw fatal;
      },
      { failFast: (error) => error instanceof Fatal },
    );
    await expect(wait).rejects.toMatchObject({ code: "PROBE_FAILED", cause: fatal });
    expect(looks).toHaveLength(1);
  });

  test("when it is aborted, with the reason, leaving no timer (46)", async () => {
    const { probeUntil, clock } = open();
    const controller = new AbortController();
    const wait = watch(probeUntil(trueFrom(clock, 1e9), { signal: controller.signal }));
    await clock.advance(50);
    controller.abort(new Error("enough"));
    await clock.settle();
    expect(wait.error?.message).toBe("enough");
    expect(clock.armed).toBe(0);
  });

  test("when a system dies", async () => {
    let die = (_what: string) => {};
    const { probeUntil, clock } = open({
      onDeath: (callback) => {
        die = callback;
        return { [Symbol.dispose]: () => undefined };
      },
    });
    const hanging = watch(probeUntil(() => new Promise(() => undefined)));
    await clock.settle();
    die("shop ended (exit code 1)");
    await clock.settle();
    expect(hanging.error).toMatchObject({ code: "SYSTEM_EXITED" });
    expect(hanging.error?.message).toContain("shop ended (exit code 1)");
  });

  test("when a name does not exist in the test's own file", async () => {
    const { probeUntil, looks } = open();
    const wait = probeUntil(() => {
      // @ts-expect-error -- the mistake that is looked for
      return notDefinedAnywhere as unknown;
    });
    await expect(wait).rejects.toMatchObject({ code: "PROBE_WRONG", cause: { name: "ReferenceError" } });
    expect(looks).toHaveLength(1);
  });

  test("when the match or duration inside it is a mistake", async () => {
    const { probeUntil } = open();
    await expect(probeUntil(() => 1, { within: "soon" as never })).rejects.toMatchObject({ code: "INVALID_DURATION" });
  });
});

describe("a probe that may itself be wrong", () => {
  test("is named when every look failed with the same TypeError in the same line", async () => {
    const { probeUntil, clock } = open();
    const state = {} as { customer: { name: string } };
    const wait = watch(probeUntil(() => state.customer.name, { within: 50 }));
    await clock.advance(60);
    expect(wait.error).toMatchObject({ code: "PROBE_WRONG", cause: { name: "TypeError" } });
  });

  test("is not named when other errors came too", async () => {
    const { probeUntil, clock } = open();
    const state = {} as { customer: { name: string } };
    let first = true;
    const wait = watch(
      probeUntil(
        () => {
          if (first) {
            first = false;
            throw new Error("not ready");
          }
          return state.customer.name;
        },
        { within: 50 },
      ),
    );
    await clock.advance(60);
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED" });
  });
});

describe("probeDuring", () => {
  test("passes only if every look passes, with the first at once and the last at the end, and returns the last value (48)", async () => {
    const { probeDuring, clock } = open();
    const times: number[] = [];
    const wait = watch(probeDuring(() => times.push(clock.now()), { during: 300, interval: 100 }));
    await clock.advance(299);
    expect(wait.state).toBe("pending");
    await clock.advance(2);
    expect(wait.state).toBe("fulfilled");
    expect(times[0]).toBe(0);
    expect(times.at(-1)).toBe(300);
    expect(wait.value).toBe(times.length);
  });

  test("makes two looks even when there is no time", async () => {
    const { probeDuring, clock, looks } = open();
    const wait = watch(probeDuring(() => 1, { during: 0 }));
    await clock.advance(1);
    expect(wait.state).toBe("fulfilled");
    expect(looks).toHaveLength(2);
  });

  test("fails at once at the look that fails, with its error as the cause", async () => {
    const { probeDuring, clock } = open();
    const problem = new Error("it changed");
    const wait = watch(
      probeDuring(
        () => {
          if (clock.now() >= 200) throw problem;
        },
        { during: 300, interval: 100 },
      ),
    );
    await clock.advance(200);
    expect(wait.error).toMatchObject({ code: "NOT_HELD", cause: problem });
    expect(clock.armed).toBe(0);
  });

  test("sees a blip between two looks, when an event tells of it (49)", async () => {
    let event = () => {};
    const { probeDuring, clock } = open({
      onEvent: (callback) => {
        event = callback;
        return { [Symbol.dispose]: () => undefined };
      },
    });
    let blip = false;
    const wait = watch(probeDuring(() => blip, { until: (value) => !value, interval: 1_000 }));
    await clock.advance(100);
    blip = true;
    event();
    await clock.advance(1);
    blip = false;
    expect(wait.error).toMatchObject({ code: "NOT_HELD" });
  });

  test("is not judged when the runner's time-out comes first", async () => {
    const { probeDuring, clock } = open({ cap: { at: 100, name: "the test's time-out" } });
    const wait = watch(probeDuring(() => 1));
    await clock.advance(101);
    expect(wait.error).toMatchObject({ code: "NOT_JUDGED" });
  });
});

describe("real time", () => {
  test("faked globals do not freeze a wait, whatever the import order (W6)", async () => {
    vi.useFakeTimers();
    try {
      let looks = 0;
      const { probeUntil } = createProbes(() => bareContext);
      expect(await probeUntil(() => ++looks, { until: (count) => count === 3 })).toBe(3);
      vi.resetModules();
      const late = await import("./index.ts");
      expect(
        await late.createProbes(() => late.bareContext).probeUntil(() => ++looks, { until: (count) => count === 6 }),
      ).toBe(6);
    } finally {
      vi.useRealTimers();
    }
  });
});
