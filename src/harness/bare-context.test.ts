import { describe, expect, test } from "vitest";
import { ProbeStand } from "../../test/support/probe-stand.ts";
import { redOf, wakefulErrorOf } from "../../test/support/red.ts";
import { type Evidence, renderText } from "../report/index.ts";
import { diffOf } from "./bare-context.ts";

describe("a failure outside of any scope", () => {
  const fail = async () => {
    const { probeUntil, clock } = new ProbeStand();
    const failure = redOf(
      probeUntil(
        ({ number }) => {
          throw new Error(`only ${Math.min(number, 8)} of 9`);
        },
        { within: 1_000, interval: 100, description: "nine of nine", onTimeout: () => ({ waiting: 1 }) },
      ),
    );
    await clock.advance(1_000);
    return await failure;
  };

  test("shows what was awaited, for how long, the cause, what the looks saw, the dump and a hint", async () => {
    const { message } = await fail();
    expect(message.split("\n")).toEqual([
      "SLA violated: probeUntil nine of nine did not hold within 1 s (11 looks)",
      "  awaited   probeUntil nine of nine",
      "  waited    1 s; SLA 1 s (within), counted from the start of the wait",
      "  cause     Error: only 8 of 9",
      "  looks     11",
      "              1 × Error: only 1 of 9",
      "              1 × Error: only 2 of 9",
      "              1 × Error: only 3 of 9",
      "              1 × Error: only 6 of 9",
      "              1 × Error: only 7 of 9",
      "              4 × Error: only 8 of 9",
      '  dump      {"waiting":1}',
      "  hint      Is the system slower than promised, or did the event never start? The timeline shows how far it came.",
    ]);
  });

  test("bears evidence of the shape that all evidence has, as plain data", async () => {
    const error = await fail();
    const evidence = error.facts["evidence"] as Evidence;
    expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
    expect(evidence.looks).toMatchObject({
      count: 11,
      first: { name: "Error", message: "only 1 of 9" },
      last: { name: "Error", message: "only 8 of 9" },
    });
    expect(renderText(evidence)).toContain("probeUntil nine of nine did not hold within 1 s (11 looks)");
  });

  test("has the stack of the line in the test, not of a line of ours", async () => {
    const error = await fail();
    const [first] = error.stack?.split("\n").filter((line) => line.trimStart().startsWith("at ")) ?? [];
    expect(first).toContain("bare-context.test.ts");
  });

  test("so has a mistake in the test", async () => {
    const { probeUntil } = new ProbeStand();
    const error = await wakefulErrorOf(probeUntil(() => 1, { within: "soon" as never }));
    const [first] = error.stack?.split("\n").filter((line) => line.trimStart().startsWith("at ")) ?? [];
    expect(first).toContain("bare-context.test.ts");
  });

  test("shows no secret: not in the text, nor in the evidence, nor in what the runner prints as a difference", async () => {
    const { probeUntil, probeDuring, clock } = new ProbeStand();
    const secret = { password: "hunter2" };
    const assertion = Object.assign(new Error("password=hunter2"), {
      actual: secret,
      expected: { password: "hunter3" },
    });
    const failures = Promise.all([
      redOf(probeUntil(() => secret, { until: () => false, onTimeout: () => secret })),
      redOf(
        probeUntil(() => {
          throw assertion;
        }),
      ),
      redOf(
        probeDuring(() => {
          throw assertion;
        }),
      ),
    ]);
    await clock.advance(3_000);
    for (const { message, facts, actual, expected } of await failures) {
      expect(JSON.stringify([message, facts, actual, expected])).not.toMatch(/hunter/);
    }
    const [, difference] = await failures;
    expect(difference).toMatchObject({ actual: { password: "[redacted]" }, expected: { password: "[redacted]" } });
    // the user's own error is given back as it was thrown
    expect(difference?.cause).toMatchObject({ actual: secret });
  });

  test("is bounded, whatever the probe saw", async () => {
    const { probeUntil, clock } = new ProbeStand();
    const failure = redOf(
      probeUntil(({ number }) => `${number}${"x".repeat(100_000)}`, {
        until: () => false,
        onTimeout: () => "y".repeat(100_000),
        description: "z".repeat(100_000),
      }),
    );
    await clock.advance(3_000);
    expect((await failure).message.length).toBeLessThan(6_000);
  });
});

test("actual and expected are taken from anything that has both", () => {
  expect(diffOf(Object.assign(new Error("no"), { actual: undefined, expected: 1 }))).toEqual({ expected: 1 });
  expect(diffOf({ actual: 1 })).toEqual({});
  expect(diffOf("text")).toEqual({});
  expect(diffOf(null)).toEqual({});
});
