import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { framesOfUser } from "./index.ts";

const ours = resolve(import.meta.dirname, "..");
const line = "    at orders (/home/me/shop/orders.spec.ts:12:3)";
const below = "    at run (/home/me/shop/node_modules/runner/run.js:1:1)";

function stackOf(...frames: readonly string[]) {
  return { stack: ["UsageError: wrong", "on two lines", ...frames].join("\n") };
}

test.for([
  ["a file of ours, by its path", `    at check (${ours}/options.ts:1:1)`],
  ["a file of ours, by its URL", `    at async next (${pathToFileURL(ours).href}/harness/channel.ts:1:1)`],
  ["what has no file", "    at new Promise (<anonymous>)"],
  ["a list of promises", "    at async Promise.all (index 0)"],
  ["Node", "    at AsyncLocalStorage.run (node:internal/async_local_storage:1:1)"],
  ["Node, without a name", "    at node:internal/process/task_queues:1:1"],
  ["a package", "    at wrap (/home/me/shop/node_modules/helper/index.js:1:1)"],
] as const)("the user's frames begin after %s", ([, frame]) => {
  expect(framesOfUser(stackOf(frame, frame, line, below))).toBe(`${line}\n${below}`);
});

test.for([
  "    at Object.<anonymous> (/home/me/shop/orders.spec.cjs:1:1)",
  "    at /home/me/shop/orders.spec.ts:1:1",
  "    at file:///home/me/100%25/orders.spec.ts:1:1",
  "    at orders (/home/me/100%/orders.spec.ts:1:1)",
])("%s is the user's", (frame) => {
  expect(framesOfUser(stackOf(frame, line))).toBe(`${frame}\n${line}`);
});

test("where none is the user's there are none", () => {
  expect(framesOfUser(stackOf(`    at check (${ours}/options.ts:1:1)`, below))).toBe("");
  expect(framesOfUser({})).toBe("");
});
