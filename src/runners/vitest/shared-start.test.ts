import { afterEach, describe, expect, it } from "vitest";
import { sharedStart } from "./shared-start.ts";

const setUp = (start: Parameters<typeof sharedStart>[0]) => {
  const provided: Record<string, unknown> = {};
  const provide = (key: string, value: unknown) => {
    provided[key] = value;
  };
  return { provided, tearDown: sharedStart(start, { startWithin: "5s" })({ provide }) };
};

describe("sharedStart", () => {
  const exitCode = process.exitCode;
  afterEach(() => {
    process.exitCode = exitCode;
  });

  it("leaves its result to the workers, and closes what it opened at the end", async () => {
    const closed: string[] = [];
    const { provided, tearDown } = setUp(async ({ use }) => {
      await use({ [Symbol.dispose]: () => void closed.push("broker") });
      return { urls: ["a", null], port: 1 };
    });
    const close = await tearDown;
    expect(provided).toEqual({ "wakeful:shared": { result: { urls: ["a", null], port: 1 } } });
    expect(closed).toEqual([]);
    await close();
    expect(closed).toEqual(["broker"]);
  });

  it.for([
    ["a function", { stop: () => undefined }],
    ["a date", { at: new Date(0) }],
    ["undefined", { nested: [{ url: undefined }] }],
    ["no number", Number.NaN],
    ["a class's object", new Map()],
  ] as const)("refuses %s, which would not cross processes, and closes what it opened", async ([, result]) => {
    const closed: string[] = [];
    const { tearDown, provided } = setUp(async ({ use }) => {
      await use({ [Symbol.dispose]: () => void closed.push("broker") });
      return result;
    });
    await expect(tearDown).rejects.toMatchObject({ code: "INVALID_OPTION" });
    expect([closed, provided]).toEqual([["broker"], {}]);
  });

  it("makes the process fail when something does not close", async () => {
    const { tearDown } = setUp(async ({ use }) => {
      await use({
        [Symbol.dispose]() {
          throw new Error("does not close");
        },
      });
      return {};
    });
    const close = await tearDown;
    await expect(close()).rejects.toThrow("does not close");
    expect(process.exitCode).toBe(1);
  });
});
