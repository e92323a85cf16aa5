import { describe, expect, test } from "vitest";
import { estimateSize } from "./size.ts";

function sizeOf(payload: unknown, raw?: unknown): number {
  return estimateSize({
    kind: "received",
    arrivedAt: 0,
    channel: "a",
    id: "m",
    payload,
    attributes: {},
    deliveries: 1,
    raw,
  });
}

describe("the estimated size", () => {
  test("of a huge payload costs a bounded number of looks, and is near to what it is", () => {
    let looks = 0;
    const counted = <T extends object>(target: T) =>
      new Proxy(target, {
        get(of, key) {
          looks++;
          return Reflect.get(of, key) as unknown;
        },
      });
    const row = () => counted(Array.from({ length: 10 }, () => ({ text: "x".repeat(100) })));
    const table = () =>
      counted(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`field${index}`, row()])));
    const payload = counted(Array.from({ length: 100 }, table));
    const bytes = 100 * 100 * 10 * 200;
    expect(sizeOf(payload)).toBeGreaterThan(bytes / 3);
    expect(sizeOf(payload)).toBeLessThan(bytes * 3);
    expect(looks).toBeGreaterThan(100);
    expect(looks).toBeLessThan(4_000);
  });

  test.for<[string, unknown, number]>([
    [
      "a long text beside a large array",
      { rows: Array.from({ length: 10_000 }, () => [1, 2, 3]), text: "x".repeat(1_000_000) },
      2_000_000,
    ],
    ["bytes", { bytes: new Uint8Array(1_000_000) }, 1_000_000],
    ["numbers", new Float64Array(125_000), 1_000_000],
    ["a map", new Map(Array.from({ length: 1_000 }, (_, index) => [index, "x".repeat(500)])), 1_000_000],
    ["a set", new Set(Array.from({ length: 1_000 }, (_, index) => String(index).padEnd(500))), 1_000_000],
  ])("counts %s", ([, payload, bytes]) => {
    expect(sizeOf(payload)).toBeGreaterThan(bytes * 0.8);
    expect(sizeOf(payload)).toBeLessThan(bytes * 1.5);
  });

  test("counts what the broker gave, unless it is the payload itself", () => {
    const text = "x".repeat(1_000_000);
    const payload = { text };
    expect(sizeOf({}, { Body: text })).toBeGreaterThan(2_000_000);
    expect(sizeOf(payload, payload)).toBeLessThan(2_100_000);
  });

  test("counts the cause of a refusal and the text of a note", () => {
    const text = "x".repeat(1_000_000);
    expect(estimateSize({ kind: "note", text })).toBeGreaterThan(2_000_000);
    expect(estimateSize({ kind: "fault", where: "here", cause: { text } })).toBeGreaterThan(2_000_000);
  });

  test("of what contains itself, throws when read, or is a revoked proxy, is a number", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = [cycle, cycle];
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const throws = {
      get a() {
        throw new Error("no");
      },
      b: "x".repeat(1_000),
    };
    expect(sizeOf(cycle)).toBeGreaterThan(0);
    expect(sizeOf({ proxy: revoked.proxy })).toBeGreaterThan(0);
    expect(sizeOf(throws)).toBeGreaterThan(2_000);
  });
});
