import { describe, expect, expectTypeOf, test } from "vitest";
import { ProbeStand } from "../../test/support/probe-stand.ts";
import { wakefulErrorOf } from "../../test/support/red.ts";
import type { ProbeContext } from "./index.ts";
import { createProbes } from "./index.ts";

describe("options that are none", () => {
  const stand = new ProbeStand();

  test.each([
    ["a promise instead of a probe", () => stand.probeUntil(Promise.resolve(1) as never), "probe"],
    ["no probe", () => stand.probeUntil(undefined as never), "probe"],
    ["an until that is a value", () => stand.probeUntil(() => 1, { until: 1 as never }), "until"],
    ["a failFast that is a class", () => stand.probeDuring(() => 1, { failFast: true as never }), "failFast"],
    ["an onTimeout that is a text", () => stand.probeDuring(() => 1, { onTimeout: "dump" as never }), "onTimeout"],
  ])("%s", async (_, start, option) => {
    expect(await wakefulErrorOf(start())).toMatchObject({ code: "INVALID_OPTION", facts: { option } });
    expect(stand.looks).toEqual([]);
  });

  test.each([
    ["within", () => stand.probeUntil(() => 1, { within: "3 s" as never })],
    ["interval", () => stand.probeUntil(() => 1, { interval: -1 })],
    ["during", () => stand.probeDuring(() => 1, { during: Number.NaN })],
  ])("%s: a length that is none is refused before any look, by its name", async (where, start) => {
    expect(await wakefulErrorOf(start())).toMatchObject({ code: "INVALID_DURATION", facts: { where } });
    expect(stand.looks).toEqual([]);
  });
});

describe("the context", () => {
  test("is asked for at each call, and starts the wait with the probe's description", async () => {
    const started: string[] = [];
    const stand = new ProbeStand();
    let asked = 0;
    const context: ProbeContext = {
      clock: stand.clock,
      sla: 100,
      slaSource: "the harness's sla",
      fail: ({ detail, source }) => new Error(`${detail} [${source}]`),
      start: async (what, _, signal, wait) => {
        started.push(what);
        return await wait(signal ?? new AbortController().signal, () => "");
      },
    };
    const { probeUntil, probeDuring } = createProbes(() => {
      asked++;
      return context;
    });
    await probeUntil(() => 1);
    const during = probeDuring(() => 1, { description: "it stays", during: 10 });
    const failure = probeUntil(() => 1, { until: () => false }).catch((error: Error) => error.message);
    await stand.clock.advance(100);
    await during;
    expect(await failure).toMatch(
      /^probeUntil \(\) => 1 did not hold within 100 ms \(\d+ looks\) \[the harness's sla\]$/,
    );
    expect(started).toEqual(["probeUntil", "it stays", "probeUntil"]);
    expect(asked).toBe(3);
  });
});

describe("types", () => {
  const { probeUntil, probeDuring } = new ProbeStand();
  type State = { status: "open" } | { status: "paid"; amount: number };
  const state = { status: "paid", amount: 3 } as State;

  test("the value is what the probe returns, awaited", async () => {
    const value = await probeUntil(async () => await Promise.resolve({ orders: 1 }));
    expectTypeOf(value).toEqualTypeOf<{ orders: number }>();
    expect(value).toEqual({ orders: 1 });
    expectTypeOf(probeUntil(() => undefined)).resolves.toEqualTypeOf<undefined>();
    expectTypeOf<ReturnType<typeof probeDuring<Promise<number>>>>().resolves.toEqualTypeOf<number>();
  });

  test("a type guard in until narrows it", async () => {
    const paid = await probeUntil(() => state, { until: (value) => value.status === "paid" });
    expectTypeOf(paid).toEqualTypeOf<{ status: "paid"; amount: number }>();
    expect(paid.amount).toBe(3);
  });

  test("a boolean probe does not compile without until", async () => {
    // @ts-expect-error: a boolean says nothing
    await expect(probeUntil(() => state.status === "paid")).rejects.toMatchObject({ code: "BOOLEAN_PROBE" });
    // @ts-expect-error: nor does a promise of one
    await expect(probeUntil(() => Promise.resolve(true))).rejects.toMatchObject({ code: "BOOLEAN_PROBE" });
    expect(await probeUntil(() => state.status === "paid", { until: Boolean })).toBe(true);
  });
});
