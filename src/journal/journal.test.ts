import { describe, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { checkMatch, Journal, type JournalOptions, matches, type NewEntry, timeline } from "./index.ts";

function open(options: Partial<JournalOptions> = {}) {
  return new Journal({ clock: new ManualClock(), ...options });
}

function received(channel: string, payload: unknown = {}): NewEntry {
  return {
    kind: "received",
    arrivedAt: 0,
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

  test("an entry of an open scope is kept while older ones can go instead", () => {
    const journal = open({ maxEntries: 100 });
    for (let index = 0; index < 8; index++) journal.append(received("a"));
    const scope = journal.append({ kind: "scope opened", scope: "s", name: "test", traceId: "t" });
    for (let index = 0; index < 95; index++) journal.append(received("a"));
    expect(journal.gapSince(1)?.until).toBe(8);
    expect(journal.gapSince(scope.sequence)).toBeUndefined();
    expect([...journal.entries()][0]).toBe(scope);
  });

  test.for(["while it is open", "when it has closed"])(
    "a scope that fills the journal loses entries %s, and a gap says so",
    ([when]) => {
      const journal = open({ maxEntries: 100 });
      const scope = journal.append({ kind: "scope opened", scope: "s", name: "test", traceId: "t" });
      for (let index = 0; index < 90; index++) journal.append(received("a"));
      if (when === "when it has closed") journal.append({ kind: "scope closed", scope: "s", settled: true });
      for (let index = 0; index < 90; index++) journal.append(received("a"));
      expect(journal.gapSince(scope.sequence)).toMatchObject({
        until: expect.toSatisfy((until: number) => until >= 80) as number,
      });
      expect([...journal.entries()].length).toBeLessThanOrEqual(101);
      // not one gap for each entry
      expect([...journal.entries()].filter(({ kind }) => kind === "gap").length).toBeLessThan(12);
    },
  );

  test("an entry that is larger than the whole journal is kept until the next one, then a gap says that it went", () => {
    const journal = open({ maxBytes: 100_000 });
    for (let index = 0; index < 5; index++) journal.append(received("a"));
    const huge = journal.append(received("a", "x".repeat(100_000)));
    expect([...journal.channel("a")]).toEqual([huge]);
    expect(journal.gapSince(1)).toMatchObject({ dropped: 5, until: 5 });
    const next = journal.append(received("a"));
    expect([...journal.channel("a")]).toEqual([next]);
    expect(journal.gapSince(1)).toMatchObject({ dropped: 6, until: huge.sequence });
  });

  test("an object that is appended twice makes two entries, and stays as it was", () => {
    const journal = open();
    const entry = Object.freeze(received("a"));
    journal.append(entry);
    journal.append(entry);
    expect([...journal.entries()].map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  test("whoever reads on while entries are dropped misses none of those that are kept", () => {
    const journal = open({ maxEntries: 100 });
    for (let index = 0; index < 100; index++) journal.append(received("a"));
    const seen: number[] = [];
    for (const { sequence } of journal.channel("a")) {
      if (seen.push(sequence) === 20) journal.append(received("a"));
    }
    expect(seen).toEqual([...Array.from({ length: 100 }, (_, index) => index + 1), 101]);
  });

  test("is bounded in bytes", () => {
    const journal = open({ maxBytes: 1_000_000 });
    for (let index = 0; index < 100; index++) journal.append(received("a", "x".repeat(50_000)));
    expect([...journal.entries()].length).toBeLessThan(15);
    expect(journal.gapSince(1)).toBeDefined();
  });
});

/** Jest's; Vitest has none. */
function arrayOf(sample: unknown) {
  return { asymmetricMatch: Array.isArray, sample, toString: () => "ArrayOf" };
}

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
    ["more bytes", { a: bytes }, { a: new Uint8Array([1, 2, 3]) }, false],
    ["bytes of a Buffer", { a: bytes }, { a: Buffer.from([1, 2]) }, true],
    ["numbers of a typed array by content", { a: new Float32Array([1, 2]) }, { a: new Float32Array([1, 2]) }, true],
    ["a longer typed array", { a: new Float32Array([1]) }, { a: new Float32Array([1, 2]) }, false],
    ["a typed array of another kind", { a: new Int8Array([1]) }, { a: new Uint8Array([1]) }, false],
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
    ["a hole in an array", { a: Object.assign([], { length: 2 }) }, "a[0]"],
    ["an invalid date", { a: new Date("soon") }, "a"],
    ["an undefined field of objectContaining", { a: expect.objectContaining({ b: undefined }) }, "a.b"],
    ["an undefined field deep in it", { a: expect.objectContaining({ b: [{ c: undefined }] }) }, "a.b[0].c"],
    ["objectContaining of nothing", { a: expect.objectContaining({}) }, "a"],
    ["an undefined element of arrayContaining", { a: expect.arrayContaining([undefined]) }, "a[0]"],
    ["arrayContaining of nothing", { a: expect.arrayContaining([]) }, "a"],
    ["an undefined field in arrayOf", { a: arrayOf(expect.objectContaining({ b: undefined })) }, "a.b"],
    ["an undefined field of a negated matcher", { a: expect.not.objectContaining({ b: undefined }) }, "a.b"],
    ["a regular expression in objectContaining", { a: expect.objectContaining({ b: /x/ }) }, "a.b"],
  ])("checkMatch refuses %s, and names the place", ([, match, path]) => {
    expect(() => checkMatch(match, "orders")).toThrow(
      expect.objectContaining({ code: "INVALID_MATCH", facts: expect.objectContaining({ path }) as unknown }),
    );
  });

  test.for<[string, unknown]>([
    ["any()", { a: expect.any(String) }],
    ["an empty array", { a: [] }],
    ["an empty object to be equal to", { a: expect.objectContaining({ b: {}, c: new Map() }) }],
    ["a matcher of one's own, without arguments", { a: { asymmetricMatch: () => true, sample: [] } }],
    [
      "a matcher that is no object's heir",
      Object.assign(Object.create(null) as object, { asymmetricMatch: () => true }),
    ],
  ])("checkMatch lets %s pass", ([, match]) => {
    expect(() => {
      checkMatch(match, "orders");
    }).not.toThrow();
  });

  test.for<[string, () => unknown, string]>([
    ["a promise", () => Promise.resolve(false), "promise"],
    ["a promise that fails", () => Promise.reject(new Error("no")), "promise"],
    ["nothing", () => undefined, "undefined"],
    ["a text", () => "no", "string"],
  ])("a matcher that answers with %s is a mistake", ([, asymmetricMatch, problem]) => {
    expect(() => matches({ a: [{ asymmetricMatch }] }, { a: [1] }, "orders")).toThrow(
      expect.objectContaining({
        code: "INVALID_MATCH",
        facts: { channel: "orders", path: "a[0]", problem: expect.stringContaining(problem) as string },
      }),
    );
  });

  test("checkMatch refuses an object that contains itself", () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle["self"] = cycle;
    expect(() => checkMatch(cycle, "orders")).toThrow(expect.objectContaining({ code: "INVALID_MATCH" }));
  });
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
