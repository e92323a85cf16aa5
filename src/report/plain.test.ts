import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { toPlain } from "./index.ts";

describe("plain data", () => {
  test("says what a field threw, and shows the others", () => {
    const hostile = {
      get a() {
        throw new Error("no a");
      },
      b: 1,
      list: [
        {
          get c() {
            throw runInNewContext("new Error('of another realm')") as Error;
          },
        },
      ],
    };
    expect(toPlain(hostile)).toEqual({ a: "[threw: no a]", b: 1, list: [{ c: "[threw: of another realm]" }] });
  });

  test("says what a proxy threw", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(toPlain({ proxy, b: 1 })).toEqual({ proxy: expect.stringContaining("[threw: ") as string, b: 1 });
  });

  test("says so when not even what was thrown can be read", () => {
    const unreadable = Object.create(null) as object;
    const hostile = {
      get a() {
        // oxlint-disable-next-line no-throw-literal, only-throw-error -- whatever others throw
        throw unreadable;
      },
    };
    expect(toPlain(hostile)).toEqual({ a: "[threw: something that cannot be read]" });
  });

  test("of an error whose message is no text is its fields", () => {
    expect(toPlain(Object.assign(new Error("x"), { message: { a: 1 }, code: "E" }))).toEqual({
      name: "Error",
      message: { a: 1 },
      code: "E",
    });
  });

  test("is bounded as a whole, where one value is in many places", () => {
    let value: unknown = "x".repeat(50);
    for (let level = 0; level < 9; level++) {
      const below = value;
      value = Array.from({ length: 20 }, () => below);
    }
    expect(JSON.stringify(toPlain(value)).length).toBeLessThan(1_000_000);
  });

  test("is bounded as a whole, where names are long or texts are many", () => {
    const names = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`${index}`.padEnd(1_000_000), index]));
    expect(JSON.stringify(toPlain(names)).length).toBeLessThan(50_000);
    const texts = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => "x".repeat(10_000)));
    expect(JSON.stringify(toPlain(texts)).length).toBeLessThan(1_500_000);
  });

  test("reads no more than it shows", () => {
    let reads = 0;
    const many = Object.defineProperties(
      {},
      Object.fromEntries(
        Array.from({ length: 1_000 }, (_, index) => [`k${index}`, { enumerable: true, get: () => (reads++, 1) }]),
      ),
    );
    expect(toPlain(many)).toMatchObject({ k0: 1, k99: 1, "…": "900 more" });
    expect(reads).toBe(100);
  });

  test("shows what comes after a huge value", () => {
    const rows = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ({ text: "x".repeat(1_000) })));
    expect(toPlain({ rows, after: { text: "y".repeat(1_000) } })).toMatchObject({ after: { text: "y".repeat(1_000) } });
  });

  test("of the same value twice is whole twice, of a value within itself is not", () => {
    const shared = { a: 1 };
    const cycle: unknown[] = [shared, shared];
    cycle.push(cycle);
    expect(toPlain(cycle)).toEqual([{ a: 1 }, { a: 1 }, "[itself]"]);
  });

  test.for<[string, unknown, unknown]>([
    ["a regular expression", /x/g, "/x/g"],
    ["numbers", new Float32Array(1_000_000), expect.stringContaining("4000000 bytes: ")],
    ["bytes", new Uint8Array([1]).buffer, "1 bytes: AQ=="],
    ["a set", new Set([1]), [1]],
    ["a map", new Map<unknown, unknown>([[1, 2]]), { 1: 2 }],
    [
      "a long map",
      new Map(Array.from({ length: 1_000 }, (_, index) => [index, index])),
      expect.objectContaining({ "…": "900 more" }),
    ],
    ["a field that is named like the prototype", JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
  ])("of %s", ([, value, plain]) => {
    expect(toPlain(value)).toEqual(plain);
  });

  test("an assertion, which a probe in one line returns, is one", () => {
    expect(toPlain(expect(1))).toBe("[Assertion]");
  });
});
