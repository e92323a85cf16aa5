import { expect, test } from "vitest";
import { join } from "node:path";
import { placeInSource, topFrame } from "./stack.ts";

test.each([
  ["a function", "    at look (/app/test/customers.test.ts:12:5)", "/app/test/customers.test.ts", "12"],
  ["no function", "    at /app/test/customers.test.ts:12:5", "/app/test/customers.test.ts", "12"],
  ["an async function", "    at async look (file:///app/a.test.ts:3:1)", "/app/a.test.ts", "3"],
  ["async without a function", "    at async file:///app/a.test.ts:3:1", "/app/a.test.ts", "3"],
  ["a method with an alias", "    at Api.get [as look] (/app/a.ts:7:9)", "/app/a.ts", "7"],
  ["a module that was loaded again", "    at look (/app/a.ts?t=1732:7:9)", "/app/a.ts", "7"],
  ["a path with spaces and brackets", "    at look (/home/J D (work)/a.ts:7:9)", "/home/J D (work)/a.ts", "7"],
  ["a path of Windows", "    at look (C:\\app\\a.ts:7:9)", "C:\\app\\a.ts", "7"],
])("finds file and line of a frame in %s", (_, frame, file, line) => {
  expect(topFrame(`Error: at nowhere (/a/message.ts:1:1) it says\n${frame}\n    at other (/app/b.ts:1:1)`)).toEqual({
    file,
    line,
  });
});

test("passes over frames of Node and of the engine", () => {
  const stack = [
    "SyntaxError: Unexpected token",
    "    at JSON.parse (<anonymous>)",
    "    at parse (node:internal/deps/undici/undici:6000:19)",
    "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
    "    at async look (/app/a.test.ts:3:1)",
  ];
  expect(topFrame(stack.join("\n"))?.file).toBe("/app/a.test.ts");
});

test("finds nothing where nothing is", () => {
  expect(topFrame(undefined)).toBeUndefined();
  expect(topFrame("Error: (/a/message.ts:1:1)")).toBeUndefined();
});

test.for([
  ["below the current directory", join(process.cwd(), "test/a.test.ts"), "at test/a.test.ts:12"],
  ["elsewhere", "/elsewhere/a.test.ts", "at /elsewhere/a.test.ts:12"],
])("says for people where a stack begins, %s", ([, file, said]) => {
  expect(placeInSource(`    at look (${file}:12:5)`)).toBe(said);
  expect(placeInSource("")).toBeUndefined();
});
