import { describe, expect, it } from "vitest";
import { wakeful, type WakefulPluginOptions } from "./config.ts";

interface TestConfig {
  readonly testTimeout?: number;
  readonly hookTimeout?: number;
  readonly teardownTimeout?: number;
  readonly globalSetup?: readonly string[];
}

function configured(options: WakefulPluginOptions, test: TestConfig = {}): TestConfig {
  const { config } = wakeful(options);
  return (config as unknown as (config: { test?: TestConfig }) => { test: TestConfig })({ test }).test;
}

describe("the wakeful() plugin", () => {
  it("sets time-outs well above the SLA", () => {
    expect(configured({})).toMatchObject({ testTimeout: 30_000, hookTimeout: 30_000, teardownTimeout: 30_000 });
    expect(configured({ sla: "1m" })).toMatchObject({ testTimeout: 180_000, hookTimeout: 180_000 });
  });

  it("keeps time-outs that the configuration sets", () => {
    expect(configured({ sla: "1m" }, { testTimeout: 5, hookTimeout: 6, teardownTimeout: 7 })).toMatchObject({
      testTimeout: 5,
      hookTimeout: 6,
      teardownTimeout: 7,
    });
  });

  it("adds the shared start to the global set-ups", () => {
    expect(configured({ shareStart: "./shared.ts" }).globalSetup).toEqual(["./shared.ts"]);
    expect(configured({})).not.toHaveProperty("globalSetup");
  });

  it("refuses an SLA that is no duration", () => {
    expect(() => wakeful({ sla: "3 s" as "3s" })).toThrow(
      expect.objectContaining({ code: "INVALID_DURATION" }) as Error,
    );
  });

  it.for([
    ["src/**", "/root/src/**", []],
    [["src/*.ts", "../lib/{a,b}/**"], ["/root/src/*.ts", "/lib/{a,b}/**"], ["/lib"]],
    ["/elsewhere/main.ts", "/elsewhere/main.ts", ["/elsewhere/main.ts"]],
  ] as const)("runs again for %j", ([sources, triggers, watched]) => {
    const added: string[][] = [];
    const vitest = {
      state: { getUnhandledErrors: () => [] },
      config: { root: "/root", forceRerunTriggers: ["**/package.json"] },
      vite: { watcher: { add: (paths: string[]) => added.push(paths) } },
    };
    const { configureVitest } = wakeful({ sources });
    (configureVitest as unknown as (context: { vitest: unknown }) => void)({ vitest });
    expect(vitest.config.forceRerunTriggers).toEqual(["**/package.json", ...[triggers].flat()]);
    expect(added.flat()).toEqual(watched);
  });
});
