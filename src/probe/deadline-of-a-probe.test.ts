import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { ProbeStand } from "../../test/support/probe-stand.ts";
import { redOf } from "../../test/support/red.ts";

const notYet = () => {
  throw new Error("not yet");
};

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
