import { describe, expect, test } from "vitest";
import { ProbeStand } from "../../test/support/probe-stand.ts";
import { errorOf, redOf, wakefulErrorOf } from "../../test/support/red.ts";

const notYet = () => {
  throw new Error("not yet");
};

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
