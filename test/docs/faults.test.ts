/** docs/faults.md: its tables put the same faults in force both ways, and its example does what it says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { faultKinds } from "../../src/cli/fault-kinds.ts";
import { faultRequest } from "../../src/cli/fault-request.ts";
import { fault } from "../../src/cli/fault.ts";
import { parse } from "../../src/cli/parse.ts";
import { createHarness } from "../../src/index.ts";
import { type AwsSimulator, type Fault, startAwsSimulator } from "../../src/simulator/index.ts";
import { snsSqs, type SnsSqs } from "../../src/transports/sns-sqs/index.ts";
import { redOf } from "../support/red.ts";
import { blocksOf } from "./page.ts";

const page = "docs/faults.md";
const text = readFileSync(join(import.meta.dirname, "../..", page), "utf8");
/** The first two cells of all rows that begin with code. */
const rows = [...text.matchAll(/^\| `(.+?)` +\| (?:`(.+?)`)? +\|/gm)]
  .map(([, code = "", line = ""]) => ({ code, line }))
  .filter(({ code }) => !code.endsWith("."));
const kinds = rows.filter(({ code }) => !code.startsWith("{"));
const selections = rows.filter(({ code }) => code.startsWith("{"));
const [attempts = "", example = ""] = blocksOf(page, "ts");
const shown = blocksOf(page, "")[0] ?? "";
const advancing = 'await simulator.advance("60s");\n';

type Make = (simulator: AwsSimulator) => Fault;
type Example = (given: object) => Promise<void>;

let folder: string;
let code: {
  kinds: readonly Make[];
  selections: readonly Make[];
  examples: readonly [Example, Example];
  attempts: Example;
};
let simulator: AwsSimulator;
let aws: SnsSqs;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wakeful-docs-"));
  const path = join(folder, "page.mjs");
  const puts = kinds.map((row) => `(simulator) => simulator.faults.${row.code}`);
  const throttles = selections.map((row) => `(simulator) => simulator.faults.endpoint.throttle(${row.code})`);
  const examples = [example, example.replace(advancing, "")].map(
    (block) => `async ({ simulator, placed, expect }) => {\n${block}}`,
  );
  const exported = {
    kinds: `[${puts.join()}]`,
    selections: `[${throttles.join()}]`,
    examples: `[${examples.join()}]`,
    attempts: `async ({ simulator, system, expect }) => {\n${attempts}}`,
  };
  writeFileSync(
    path,
    Object.entries(exported)
      .map(([name, value]) => `export const ${name} = ${value};\n`)
      .join(""),
  );
  code = (await import(path)) as typeof code;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  simulator = await startAwsSimulator();
  aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  await aws.createQueue("orders");
  await aws.createTopic("placed");
});
afterEach(() => simulator.close());

/** What the program calls a fault that its command line makes. */
function named(line: string): string {
  const parsed = parse(["fault", ...line.split(" ")]);
  if (!("request" in parsed)) throw new Error(JSON.stringify(parsed));
  return fault(simulator, faultRequest(parsed.request.parameters, parsed.request.options));
}

test.for(kinds)("$code is wakeful fault $line", ({ line }) => {
  const row = kinds.findIndex((each) => each.line === line);
  expect(named(line)).toBe(`In force: ${code.kinds[row]?.(simulator).name}.`);
});

test("every kind is in the table", () => {
  const told = new Set(kinds.map(({ line }) => line.split(" ")[0]));
  expect([...told, "list", "clear"]).toEqual(Object.keys(faultKinds));
});

test("every selection is one, and the program's are the same", () => {
  expect(selections).toHaveLength(5);
  for (const [row, { line }] of selections.entries()) {
    const { name } = code.selections[row]?.(simulator) ?? {};
    if (line !== "") expect(named(`throttle ${line}`)).toBe(`In force: ${name}.`);
  }
});

test("the example is green; without its third line the failure says what is shown", async () => {
  await using harness = await createHarness({ channels: { placed: aws.topic("placed") }, sla: "300ms" });
  const [green, without] = code.examples;
  const scope = harness.scope("an order is late");
  await scope.run(() => green({ simulator, placed: scope.channels.placed, expect }));
  await scope.close();
  const other = harness.scope("an order is late");
  const red = await redOf(other.run(() => without({ simulator, placed: other.channels.placed, expect })));
  const plain = (failure: string) => failure.replaceAll(/#?\+?\d+(\.\d+)? ms|#\d+/g, "…").replaceAll(/ +/g, " ");
  const lines = plain(red.message).split("\n");
  expect(lines).toEqual(expect.arrayContaining(plain(shown).trimEnd().split("\n")));
});

test("each attempt of an SDK counts as a request, as the page says", async () => {
  const { url: endpoint, region } = simulator;
  // as a system has it from its environment, with the SDK's own number of attempts
  const sns = new SNS({ endpoint, region, credentials: { accessKeyId: "system", secretAccessKey: "x" } });
  const { TopicArn } = await sns.createTopic({ Name: "placed" });
  await code.attempts({ simulator, system: { announce: () => sns.publish({ TopicArn, Message: "x" }) }, expect });
  sns.destroy();
});
