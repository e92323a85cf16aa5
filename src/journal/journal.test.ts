import { describe, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import {
  checkMatch,
  closest,
  Journal,
  type JournalOptions,
  matches,
  type NewEntry,
  type ReceivedEntry,
  type Stamped,
  timeline,
} from "./index.ts";

function open(options: Partial<JournalOptions> = {}) {
  return new Journal({ clock: new ManualClock(), ...options });
}

function received(channel: string, payload: unknown = {}): NewEntry {
  return {
    kind: "received",
    channel,
    id: String(Math.random()),
    payload,
    attributes: {},
    deliveries: 1,
    raw: undefined,
  };
}

describe("the journal", () => {
  test("numbers entries from 1, without gaps, and finds them again by channel", () => {
    const journal = open();
    for (let index = 0; index < 3_000; index++) journal.append(received(index % 3 === 0 ? "a" : "b", index));
    expect(journal.last).toBe(3_000);
    expect([...journal.entries(2_999)].map(({ sequence }) => sequence)).toEqual([2_999, 3_000]);
    expect([...journal.channel("a", 2_990)].map(({ sequence }) => sequence)).toEqual([2_992, 2_995, 2_998]);
  });

  test("tells watchers at once, in the order in which they came, of what they asked for", () => {
    const journal = open();
    const told: string[] = [];
    journal.watch({ channel: "a" }, () => told.push("first"));
    journal.watch({ channel: "a" }, () => told.push("second"));
    journal.watch({ channel: "b" }, () => told.push("other channel"));
    journal.watch({ kinds: ["log"] }, () => told.push("other kind"));
    journal.append(received("a"));
    expect(told).toEqual(["first", "second"]);
  });

  test("a watcher that ends itself or the next while it is told does no harm", () => {
    const journal = open();
    const told: string[] = [];
    const first = journal.watch({ channel: "a" }, () => {
      told.push("first");
      first[Symbol.dispose]();
      second[Symbol.dispose]();
    });
    const second = journal.watch({ channel: "a" }, () => told.push("second"));
    journal.watch({ channel: "a" }, () => told.push("third"));
    journal.append(received("a"));
    journal.append(received("a"));
    expect(told).toEqual(["first", "third", "third"]);
  });

  test("is bounded in entries: the oldest go, and a gap says so", () => {
    const journal = open({ maxEntries: 100 });
    for (let index = 0; index < 1_000; index++) journal.append(received("a"));
    const kept = [...journal.entries()];
    expect(kept.length).toBeLessThanOrEqual(101);
    const gap = journal.gapSince(1);
    expect(gap?.until).toBeGreaterThan(800);
    expect(journal.gapSince(journal.last)).toBeUndefined();
    expect([...journal.channel("a")][0]?.sequence).toBeGreaterThan(gap?.until ?? 0);
  });

  test("is bounded in bytes", () => {
    const journal = open({ maxBytes: 1_000_000 });
    for (let index = 0; index < 100; index++) journal.append(received("a", "x".repeat(50_000)));
    expect([...journal.entries()].length).toBeLessThan(15);
    expect(journal.gapSince(1)).toBeDefined();
  });
});

describe("matches", () => {
  const bytes = new Uint8Array([1, 2]);
  test.for<[string, unknown, unknown, boolean]>([
    ["a subset of fields", { a: 1 }, { a: 1, b: 2 }, true],
    ["another value", { a: 1 }, { a: 2 }, false],
    ["a missing field", { a: 1 }, { b: 1 }, false],
    ["a null field is not a missing one", { a: null }, {}, false],
    ["nested", { a: { b: 1 } }, { a: { b: 1, c: 2 } }, true],
    ["a field of nothing", { a: { b: 1 } }, { a: null }, false],
    ["an array of the same length", { a: [1, { b: 2 }] }, { a: [1, { b: 2, c: 3 }] }, true],
    ["a longer array", { a: [1] }, { a: [1, 2] }, false],
    ["an empty array is an empty one", { a: [] }, { a: [1] }, false],
    ["an array is no object", { a: { length: 1 } }, { a: [1] }, true],
    ["NaN is NaN", { a: Number.NaN }, { a: Number.NaN }, true],
    ["0 is not -0", { a: 0 }, { a: -0 }, false],
    ["1 is not '1'", { a: 1 }, { a: "1" }, false],
    ["dates by time", { a: new Date(7) }, { a: new Date(7) }, true],
    ["other dates", { a: new Date(7) }, { a: new Date(8) }, false],
    ["bytes by content", { a: bytes }, { a: new Uint8Array([1, 2]) }, true],
    ["other bytes", { a: bytes }, { a: new Uint8Array([1, 3]) }, false],
    ["an asymmetric matcher", { a: expect.any(Number) }, { a: 7 }, true],
    ["a nested asymmetric matcher", { a: [expect.stringMatching(/x/)] }, { a: ["y"] }, false],
    ["a leaf at the top", 7, 7, true],
    [
      "a getter of a class",
      { name: "x" },
      new (class {
        get name() {
          return "x";
        }
      })(),
      true,
    ],
  ])("%s", ([, match, value, answer]) => {
    expect(matches(match, value)).toBe(answer);
  });

  test.for<[string, unknown, string]>([
    ["undefined", undefined, ""],
    ["an undefined field", { a: { b: undefined } }, "a.b"],
    ["an undefined element", { a: [1, undefined] }, "a[1]"],
    ["an empty object", {}, ""],
    ["a nested empty object", { a: [{}] }, "a[0]"],
    ["a function", { a: () => true }, "a"],
    ["a regular expression", { a: /x/ }, "a"],
  ])("checkMatch refuses %s, and names the place", ([, match, path]) => {
    expect(() => checkMatch(match, "orders")).toThrow(
      expect.objectContaining({ code: "INVALID_MATCH", facts: expect.objectContaining({ path }) as unknown }),
    );
  });

  test("checkMatch refuses an object that contains itself", () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle["self"] = cycle;
    expect(() => checkMatch(cycle, "orders")).toThrow(expect.objectContaining({ code: "INVALID_MATCH" }));
  });
});

test("the closest event has the largest share of agreeing fields; of equals it is the latest", () => {
  const journal = open();
  for (const payload of [
    { a: 1, b: 0, c: 0 },
    { a: 1, b: 2, c: 0 },
    { a: 1, b: 2, c: 9 },
    { a: 0, b: 0, c: 0 },
  ])
    journal.append(received("orders", payload));
  const candidates = [...journal.channel("orders")] as Stamped<ReceivedEntry>[];
  const near = closest({ a: 1, b: 2, c: 3 }, candidates);
  expect(near?.entry.payload).toEqual({ a: 1, b: 2, c: 9 });
  expect(near?.differences).toEqual([{ path: "c", expected: 3, actual: 9, missing: false }]);
});

test("a timeline coalesces looks, and leaves out its middle when it is long", () => {
  const journal = open();
  const scope = journal.append({ kind: "scope opened", scope: "s", name: "test", traceId: "t" });
  for (let number = 1; number <= 50; number++)
    journal.append({
      kind: "look",
      scope: "s",
      probe: "p",
      number,
      took: 0,
      outcome: "threw",
      result: new Error("no"),
    });
  for (let index = 0; index < 200; index++)
    journal.append({ kind: "log", system: "shop", stream: "stdout", text: `line ${index}` });
  const lines = timeline(journal.entries(), {
    scope: "s",
    from: scope.sequence,
    openedAt: 0,
    belongs: () => "mine",
    limit: 30,
  });
  expect(lines).toHaveLength(30);
  expect(lines[1]).toMatchObject({ kind: "look", times: 50 });
  expect(lines.some(({ text }) => /… \d+ more …/.test(text))).toBe(true);
  expect(lines.at(-1)?.text).toBe("shop | line 199");
});
