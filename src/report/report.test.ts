import { describe, expect, test } from "vitest";
import { type Evidence, renderJson, renderText } from "./index.ts";

const evidence: Evidence = {
  code: "WRONG_CONTENT",
  headline: "Wrong content: this event on orders did not come, but another did",
  hint: "Compare the closest one.",
  scope: { name: "a test", traceId: "77616b65" },
  awaited: { what: "next on orders", match: { id: "a", amount: 8 } },
  sla: { within: 1_000, source: "the harness's sla", zero: "the start of the wait" },
  waited: 1_000,
  closest: {
    event: {
      sequence: 7,
      offset: 12,
      channel: "orders",
      id: "m1",
      payload: { id: "a", amount: 7 },
      belongs: "mine",
      claimed: false,
      deliveries: 1,
    },
    differences: [{ path: "amount", expected: 8, actual: 7, missing: false }],
  },
  late: [],
  unexpected: [],
  others: [],
  systems: [{ name: "shop", ready: false }],
  timeline: [{ offset: 0, kind: "scope opened", text: "test begins" }],
};

describe("the text of a failure", () => {
  test("says what was awaited, since when, what was closest and where it differs, and what to do", () => {
    expect(renderText(evidence)).toBe(`Wrong content: this event on orders did not come, but another did
  awaited   next on orders {"id":"a","amount":8}
  waited    1 s; SLA 1 s (the harness's sla), counted from the start of the wait
  system    shop is not alive and ready
  closest   #7 +12 ms orders {"id":"a","amount":7}
              amount
                expected  8
                received  7
  timeline of "a test"
    +0 ms  test begins
  hint      Compare the closest one.`);
  });

  test("is bounded, and keeps its hint", () => {
    const timeline = Array.from({ length: 500 }, (_, index) => ({
      offset: index,
      kind: "log" as const,
      text: "x".repeat(500),
    }));
    const text = renderText({ ...evidence, timeline });
    expect(text.length).toBeLessThanOrEqual(8_100);
    expect(text).toContain("hint      Compare the closest one.");
  });

  test("cannot control a terminal, and shows no secrets", () => {
    const hostile = {
      note: "\u001b[2J\u202Egnp",
      password: "hunter2",
      nested: { "api-key": "k", Authorization: "Bearer x" },
    };
    const event = { ...(evidence.closest as NonNullable<Evidence["closest"]>).event, payload: hostile };
    const text = renderText({
      ...evidence,
      unexpected: [event],
      timeline: [{ offset: 0, kind: "log", text: "\u001b]0;owned\u0007" }],
    });
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text).not.toMatch(/hunter2|Bearer x/);
    expect(text).toContain("[redacted]");
  });
});

test("the evidence as JSON survives cycles, big numbers, dates, bytes and errors, and is bounded", () => {
  const cycle: Record<string, unknown> = {
    big: 1n,
    date: new Date(0),
    bytes: new Uint8Array([1]),
    error: new Error("no"),
    list: Array.from({ length: 1_000 }, () => 1),
  };
  cycle["self"] = cycle;
  const parsed = JSON.parse(renderJson({ ...evidence, dump: cycle })) as { dump: Record<string, unknown> };
  expect(parsed.dump).toMatchObject({
    big: "1n",
    date: "1970-01-01T00:00:00.000Z",
    self: "[itself]",
    error: { name: "Error", message: "no" },
  });
  expect((parsed.dump["list"] as unknown[]).length).toBe(101);
});
