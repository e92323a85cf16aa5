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
  matching: [],
  others: [],
  systems: [{ name: "shop", ready: false }],
  faults: [],
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

  test("names the injected faults: where they hit, what was wrong with them, and that they hit nothing", () => {
    const hits = [3, 5, 7, 9, 11, 13].map((sequence) => ({ sequence, offset: 1, text: "delivered twice" }));
    const faults = [
      { name: "duplicate on queue orders", count: 42, hits },
      { name: "drop on queue orders, number 2", count: 0, hits: [] },
      { name: "delay by 5s on queue orders", count: 0, hits: [], problem: "its predicate threw TypeError" },
      ...Array.from({ length: 10 }, (_, index) => ({ name: `fault ${index}`, count: 0, hits: [] })),
    ];
    const text = renderText({ ...evidence, faults });
    expect(text).toContain(`
  faults    duplicate on queue orders: hit #3, #5, #7, #9, #11, and 37 more
            drop on queue orders, number 2: hit nothing of this test
            delay by 5s on queue orders: its predicate threw TypeError
`);
    expect(text).toContain("            … and 3 more\n");
    expect(JSON.parse(renderJson({ ...evidence, faults }))).toMatchObject({ faults });
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

describe("every line of the text", () => {
  const hostile = "a\u001b[2J\u202e\u2066\u061c\n\u009bb\u{e0041}";
  const event = { ...(evidence.closest as NonNullable<Evidence["closest"]>).event, channel: hostile, payload: hostile };
  const everywhere: Evidence = {
    ...evidence,
    headline: hostile,
    hint: hostile,
    scope: { name: hostile, traceId: hostile },
    awaited: { what: hostile, predicate: hostile },
    sla: { within: 1, source: hostile, zero: hostile },
    lateness: 1_000,
    closest: { event, differences: [{ path: hostile, expected: hostile, actual: hostile, missing: false }] },
    late: [{ ...event, by: 1 }],
    unexpected: [event],
    others: [{ ...event, sequence: 8 }],
    looks: { count: 1, history: [{ result: hostile, times: 1 }] },
    facts: { holding: [hostile], unknowable: [{ fact: hostile, reason: hostile }], busy: [hostile], done: false },
    systems: [{ name: hostile, ready: false }],
    timeline: [{ offset: 0, kind: "note", text: hostile, content: hostile }],
    cause: new Error(hostile, { cause: { [hostile]: hostile } }),
    dump: hostile,
  };

  test("cannot control a terminal, wherever the characters come from", () => {
    const text = renderText(everywhere);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(text).toContain(String.raw`\u001b[2J\u202e\u2066\u061c`);
    // a line break begins a line of its own in a cause and a dump only, and there it is indented
    for (const line of text.split("\n").slice(1)) expect(line).toMatch(/^ {2}/);
  });

  test("is left as it is in JSON, which cannot control a terminal either", () => {
    const json = renderJson(everywhere);
    expect(json.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(JSON.parse(json)).toMatchObject({ headline: hostile, dump: hostile });
  });

  test("bears no colours, which are of no use in a report", () => {
    const timeline = [{ offset: 0, kind: "log" as const, text: "\u001b[1;31mred\u001b[0m" }];
    expect(renderText({ ...evidence, timeline })).toContain("+0 ms  red\n");
  });

  test("is bounded, and so is the text when its headline and its hint are not", () => {
    const long = "x".repeat(1_000_000);
    const text = renderText({ ...evidence, headline: long, hint: long, awaited: { what: long } });
    expect(text.length).toBeLessThan(8_000);
    expect(text).toContain("system    shop");
    expect(text).toContain("  hint      xxx");
  });
});

describe("the cause of a failure", () => {
  test("is shown with the next lines of its message", () => {
    const cause = new Error("Expected values to be strictly equal:\n\n1 !== 2\n");
    expect(renderText({ ...evidence, cause })).toContain(`
  cause     Error: Expected values to be strictly equal:
              1 !== 2
  closest`);
  });

  test("is shown with a few of many lines", () => {
    const cause = new Error(Array.from({ length: 100 }, (_, index) => `line ${index}`).join("\n"));
    const text = renderText({ ...evidence, cause });
    expect(text).toContain("line 8\n              … 91 more lines\n");
    expect(text).not.toContain("line 9\n");
  });

  test("is shown with what caused it, and by its code when it has no message", () => {
    const refused = Object.assign(new Error(""), { code: "ECONNREFUSED" });
    const text = renderText({ ...evidence, cause: new TypeError("fetch failed", { cause: refused }) });
    expect(text).toContain(`
  cause     TypeError: fetch failed
              caused by Error: ECONNREFUSED
`);
  });

  test("may be no error", () => {
    expect(renderText({ ...evidence, cause: { status: 500 } })).toContain('\n  cause     {"status":500}\n');
    expect(renderText({ ...evidence, cause: null })).toContain("\n  cause     null\n");
  });

  test("is the same when the evidence is read back from JSON", () => {
    const cause = new TypeError("a\nb", { cause: new Error("c") });
    const back = JSON.parse(renderJson({ ...evidence, cause })) as Evidence;
    expect(renderText(back)).toBe(renderText({ ...evidence, cause }));
  });
});

test("a dump of several lines is shown as lines", () => {
  expect(renderText({ ...evidence, dump: "rows:\n  1\n  2" })).toContain(
    "\n  dump      rows:\n                1\n                2\n",
  );
});

test("a matcher is shown with what it was given", () => {
  const match = {
    id: expect.objectContaining({ b: 1, password: "hunter2" }),
    n: expect.any(Number),
    s: expect.stringMatching(/x/),
  };
  const text = renderText({ ...evidence, awaited: { what: "next", match } });
  expect(text).toContain(String.raw`"ObjectContaining({\"b\":1,\"password\":\"[redacted]\"})"`);
  expect(text).toContain('"n":"Any(Number)"');
  expect(text).not.toContain("hunter2");
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
