import { describe, expect, test } from "vitest";
import { ProbeStand } from "../../test/support/probe-stand.ts";
import { errorOf, redOf, wakefulErrorOf } from "../../test/support/red.ts";

describe("a state that has to stay", () => {
  test("is looked at 4 times in 300 ms at 100 ms; the last value is returned", async () => {
    const { probeDuring, clock } = new ProbeStand();
    const times: number[] = [];
    const wait = probeDuring(() => times.push(clock.now()), { during: "300ms", interval: "100ms" });
    await clock.advance(300);
    expect(await wait).toBe(4);
    expect(times).toEqual([0, 100, 200, 300]);
  });

  test("is looked at for 3 s by default, at once and at the end at least", async () => {
    const stand = new ProbeStand();
    let over = false;
    const wait = stand.probeDuring(() => 1, { interval: "1h" }).finally(() => (over = true));
    expect(stand.looks).toHaveLength(1);
    await stand.clock.advance(2_999);
    expect(over).toBe(false);
    await stand.clock.advance(1);
    await wait;
    expect(stand.looks).toHaveLength(2);
    expect(stand.held).toBe(0);
  });

  test("is looked at twice even with no time at all", async () => {
    const stand = new ProbeStand();
    const wait = stand.probeDuring(() => 1, { during: 0 });
    await stand.clock.advance(0);
    await wait;
    expect(stand.looks).toHaveLength(2);
  });

  test("`within` is refused: whoever gives it means `during`, and 3 s would prove less than that", async () => {
    const stand = new ProbeStand();
    const error = await wakefulErrorOf(stand.probeDuring(() => 1, { within: "10s" }));
    expect(error).toMatchObject({ code: "INVALID_OPTION", facts: { option: "within", value: "10s" } });
    expect(stand.looks).toEqual([]);
  });
});

describe("a look that fails", () => {
  test("ends the watch at once: the third of four, with its error as the cause", async () => {
    const stand = new ProbeStand();
    const cause = Object.assign(new Error("two outcomes"), { actual: 2, expected: 1 });
    const failure = redOf(
      stand.probeDuring(
        ({ number }) => {
          if (number === 3) throw cause;
        },
        { during: 300, interval: 100, description: "one outcome" },
      ),
    );
    await stand.clock.advance(200);
    const error = await failure;
    expect(error).toMatchObject({ code: "NOT_HELD", cause, actual: 2, expected: 1 });
    expect(error.message).toContain("look 3 of probeDuring one outcome failed after 200 ms: Error: two outcomes");
    expect(stand.held).toBe(0);
  });

  test.each([new TypeError("type"), "a text", undefined])("whatever it throws: %s", async (thrown) => {
    const { probeDuring } = new ProbeStand();
    const error = await redOf(
      probeDuring(() => {
        throw thrown;
      }),
    );
    expect(error.code).toBe("NOT_HELD");
    expect(error.cause).toBe(thrown);
  });

  test("is one that `until` says no to, too", async () => {
    const { probeDuring, clock } = new ProbeStand();
    const failure = redOf(
      probeDuring(({ number }) => ({ outcomes: number }), { until: ({ outcomes }) => outcomes < 3, interval: 100 }),
    );
    await clock.advance(200);
    const error = await failure;
    expect(error.message).toContain("failed after 200 ms: until said no");
    expect(error.message).toContain('1 × {"outcomes":3}');
  });

  test("at the very end still fails it", async () => {
    const { probeDuring, clock } = new ProbeStand();
    const failure = redOf(probeDuring(() => clock.now(), { during: 300, interval: "1h", until: (now) => now < 300 }));
    await clock.advance(300);
    expect((await failure).code).toBe("NOT_HELD");
  });

  test("between two planned looks is seen when an event tells of it: a blip of 30 ms", async () => {
    const stand = new ProbeStand();
    let balance = 100;
    const failure = redOf(stand.probeDuring(() => balance, { until: (value) => value === 100, interval: "1h" }));
    await stand.clock.advance(1_000);
    balance = 0;
    stand.event();
    await stand.clock.advance(30);
    balance = 100;
    expect(await failure).toMatchObject({ code: "NOT_HELD" });
    expect(stand.clock.now()).toBe(1_030);
  });

  test("brings a dump along", async () => {
    const { probeDuring } = new ProbeStand();
    const error = await redOf(probeDuring(() => 1, { until: () => false, onTimeout: () => "the table" }));
    expect(error.message).toContain("dump      the table");
  });
});

describe("what proves nothing", () => {
  test("a boolean without until is an error on the first look", async () => {
    const { probeDuring } = new ProbeStand();
    expect((await wakefulErrorOf(probeDuring(() => true))).code).toBe("BOOLEAN_PROBE");
  });

  test("a look that does not end is named hung, after the time and a grace", async () => {
    const stand = new ProbeStand();
    const failure = redOf(
      stand.probeDuring(({ number }) => (number === 2 ? new Promise<never>(() => undefined) : number), {
        during: 300,
        interval: 100,
      }),
    );
    await stand.clock.advance(349);
    await stand.clock.advance(1);
    const error = await failure;
    expect(error.code).toBe("HUNG");
    expect(error.message).toContain("look 2 of");
    expect(stand.held).toBe(0);
  });

  test("the last look may take longer than the others, up to twice as long", async () => {
    const stand = new ProbeStand();
    const wait = stand.probeDuring(({ number }) => stand.takes(number === 1 ? 100 : 190, number), {
      during: 300,
      interval: "1h",
    });
    await stand.clock.advance(490);
    expect(await wait).toBe(2);
  });

  test("a watch that the runner's time-out cut short is not judged", async () => {
    const stand = new ProbeStand({ cap: { at: 1_000, name: "testTimeout of 1.25 s" } });
    const failure = redOf(stand.probeDuring(() => 1));
    await stand.clock.advance(1_000);
    const error = await failure;
    expect(error.code).toBe("NOT_JUDGED");
    expect(error.message).toContain("testTimeout of 1.25 s came before the 3 s were over, though it held until then");
  });

  test("a watch whose system died", async () => {
    const stand = new ProbeStand();
    const failure = redOf(stand.probeDuring(() => "the same as ever", { interval: "1h" }));
    await stand.clock.advance(1_000);
    stand.death();
    expect((await failure).code).toBe("SYSTEM_EXITED");
    expect(stand.held).toBe(0);
  });
});

test("an abort ends the watch with its reason, and leaves no timer", async () => {
  const stand = new ProbeStand();
  const controller = new AbortController();
  const error = errorOf(stand.probeDuring(() => 1, { signal: controller.signal }));
  await stand.clock.advance(100);
  controller.abort("enough");
  expect(await error).toBe("enough");
  await stand.clock.settle();
  expect(stand.held).toBe(0);
});
