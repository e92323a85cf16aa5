import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { mayImport, roomOf, violations } from "./rules.ts";

const root = new URL("../..", import.meta.url).pathname;
const sources = globSync("src/**/*.ts", { cwd: root });

describe("the architecture", () => {
  test("every source file keeps the rules", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap((path) => violations(path, readFileSync(`${root}/${path}`, "utf8")))).toEqual([]);
  });

  test("every room is named in the table", () => {
    expect([...new Set(sources.map(roomOf))].filter((room) => !(room in mayImport))).toEqual([]);
  });

  test("each subpath of the package is the index of one room, or a part of one", () => {
    const { exports } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as {
      exports: Record<string, { default?: string } | string>;
    };
    for (const target of Object.values(exports)) {
      if (typeof target === "string") continue;
      const source = target.default?.replace("./dist/", "src/").replace(/\.js$/, ".ts");
      expect(sources).toContain(source);
    }
  });

  test("no test is skipped or singled out without a reason", () => {
    const tests = globSync(["src/**/*.test.ts", "test/**/*.ts", "examples/*/test/**/*.ts"], {
      cwd: root,
      exclude: ["**/node_modules/**"],
    });
    const skips = tests
      .filter((path) => !path.includes("runners/") && !path.includes("architecture/") && !path.includes("vitest-4/"))
      .filter((path) => /\b(test|it|describe)\.(skip|only|todo)\(/.test(readFileSync(`${root}/${path}`, "utf8")));
    expect(skips).toEqual([]);
  });
});

describe("the rules find", () => {
  test.for([
    ["a room that imports a forbidden one", "src/journal/x.ts", 'import { a } from "../harness/index.ts";'],
    ["a type import of a forbidden room", "src/time/x.ts", 'import type { A } from "../journal/index.ts";'],
    ["a dynamic import of a forbidden room", "src/probe/x.ts", 'await import("../harness/index.ts");'],
    ["an import behind a room's index", "src/harness/x.ts", 'import { a } from "../journal/match.ts";'],
    [
      "one transport that imports another",
      "src/transports/in-process/x.ts",
      'import { a } from "../sns-sqs/index.ts";',
    ],
    ["a vendor client", "src/transports/sns-sqs/x.ts", 'import { SQS } from "@aws-sdk/client-sqs";'],
    ["a package of another room", "src/harness/x.ts", 'require("dynalite");'],
    ["a timer", "src/harness/x.ts", "setTimeout(() => undefined, 1);"],
    ["a timer of the global object", "src/harness/x.ts", "globalThis.setImmediate(() => undefined);"],
    ["a timer's module", "src/launch/x.ts", 'import { setTimeout } from "node:timers/promises";'],
    ["the system clock", "src/report/x.ts", "Date.now();"],
    ["the present date", "src/report/x.ts", "new Date();"],
    ["export *", "src/index.ts", 'export * from "./harness/index.ts";'],
    ["a default export", "src/time/x.ts", "export default 1;"],
    ["a mock of our own module", "src/time/x.test.ts", 'vi.mock("./clock.ts");'],
  ] as const)("%s", ([, path, text]) => {
    expect(violations(path, text)).toHaveLength(1);
  });

  test("nothing in what is allowed", () => {
    expect(
      violations("src/harness/x.ts", 'import { a } from "../journal/index.ts"; new Date(7); clock.now();'),
    ).toEqual([]);
  });
});
