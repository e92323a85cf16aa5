/** docs/proofs.md: what it says of messages that are left when a test ends, and of names that no event has. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createHarness } from "../../src/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";
import { snsSqs, type SnsSqs } from "../../src/transports/sns-sqs/index.ts";
import { TinySystem } from "../support/open-harness.ts";
import { redOf } from "../support/red.ts";
import { blocksOf } from "./page.ts";

const page = "docs/proofs.md";
const text = readFileSync(join(import.meta.dirname, "../..", page), "utf8");
const settling = "await scope.settled();\n";

type Example = (given: object) => Promise<void>;

let folder: string;
let proving: Example;
let leaving: Example;
let simulator: AwsSimulator;
let aws: SnsSqs;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wakeful-docs-"));
  const block = blocksOf(page, "ts")[0] ?? "";
  expect(block).toContain(settling);
  const examples = [block, block.replace(settling, "")].map(
    (code) => `async ({ billing, order, scope }) => {\n${code}}`,
  );
  const path = join(folder, "blocks.mjs");
  writeFileSync(path, `export default [${examples.join(",\n")}];\n`);
  [proving, leaving] = ((await import(path)) as { default: [Example, Example] }).default;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  simulator = await startAwsSimulator();
  aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  await aws.createQueue("billing", { visibility: "30s" });
});
afterEach(() => simulator.close());

const order = { order_id: "1" };

async function open() {
  const channels = { billing: aws.queue("billing") };
  // its work is the test's to play: it takes messages by hand
  const harness = await createHarness({ channels, systems: [new TinySystem()], sla: "300ms" });
  const scope = harness.scope("a message is left");
  return { harness, scope, billing: scope.channels.billing };
}

test.for([
  ["never received", () => Promise.resolve()],
  ["in flight", () => aws.receive("billing", { wait: "1s" })],
] as const)("a message that is left %s fails no test by itself", async ([, work]) => {
  const { harness, scope, billing } = await open();
  await leaving({ billing, order, scope });
  await work();
  await scope.close();
  await harness.close();
});

test("settled() is red where one is in flight, and names it", async () => {
  const { scope, billing, harness } = await open();
  const receiving = aws.receive("billing", { wait: "5s" });
  const red = await redOf(proving({ billing, order, scope }));
  await receiving;
  expect(red.code).toBe("SLA_VIOLATED");
  const named = /`(1 in flight on billing [^`]*)`/.exec(text)?.[1]?.replaceAll("\n", " ") ?? "nothing";
  expect(red.message.replace(/[\d.]+ s more/, "29 s more")).toContain(named);
  await scope.close({ failed: true });
  await harness.close();
});

test("settled() is red where nobody receives it", async () => {
  const { scope, billing, harness } = await open();
  const red = await redOf(proving({ billing, order, scope }));
  expect(red.message).toContain("billing");
  await scope.close({ failed: true });
  await harness.close();
});

test("settled() is green where it was worked off", async () => {
  const { scope, billing, harness } = await open();
  const receiving = aws.receive("billing", { wait: "5s" }).then(([message]) => message?.delete());
  await proving({ billing, order, scope });
  await receiving;
  await scope.close();
  await harness.close();
});
