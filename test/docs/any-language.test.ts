/** docs/any-language.md, done as it says: its file, its services, its commands, and what they print. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { pythonWithBoto3 } from "../support/python.ts";
import { blocksOf } from "./page.ts";

const page = "docs/any-language.md";
const root = join(import.meta.dirname, "../..");
const main = join(root, "src/cli/main.ts");
const patience = 60_000;
const python = pythonWithBoto3();
const [greeting = "", deadLetter = ""] = blocksOf(page, "");

let folder: string;
let port: string;
let shown: string;
const processes: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wakeful-docs-"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [name, language] of [
    ["aws.json", "json"],
    ["billing.py", "python"],
    ["billing.mjs", "js"],
  ] as const) {
    writeFileSync(join(folder, name), blocksOf(page, language)[0] ?? "");
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  const child = start(process.execPath, [main, "up", "--port", "0", "--config", "aws.json"]);
  shown = await until(child, "Ctrl-C");
  port = /127\.0\.0\.1:(\d+)/.exec(shown)?.[1] ?? "";
});
afterEach(() => {
  for (const child of processes.splice(0)) child.kill("SIGKILL");
});

const own = () => ({ PATH: process.env["PATH"], HOME: folder });

function start(command: string, parameters: readonly string[], env: NodeJS.ProcessEnv = own()): ChildProcess {
  const child = spawn(command, parameters, { cwd: folder, env });
  processes.push(child);
  return child;
}

/** Resolves to what a process printed, once that is in it. */
function until(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (piece: string) => {
        output += piece;
        if (output.includes(text)) resolve(output);
      });
    }
    child.once("close", () => {
      reject(new Error(`it ended and printed:\n${output}`));
    });
  });
}

function wakeful(...given: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [main, ...given, "--port", port], { env: own() }, (error, output) => {
      if (error === null) resolve(output);
      else reject(error);
    });
  });
}

/** What `eval "$(npx wakeful env)"` sets. */
async function environment(): Promise<Record<string, string>> {
  const pairs = [...(await wakeful("env")).matchAll(/^export (\w+)='([^']*)'$/gm)];
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value]));
}

test("the program says what the page shows", () => {
  expect(shown.replaceAll(`:${port}`, ":4566").startsWith(greeting)).toBe(true);
});

const withoutPython = python === undefined && "no python3 with boto3; WAKEFUL_PYTHON can name one";

test.for([
  ["python", python ?? "", "billing.py"],
  ["node", process.execPath, "billing.mjs"],
] as const)(
  "the service in %s bills orders, hands the trace on, and gives up what is none",
  { timeout: patience },
  async ([language, command, file], { skip }) => {
    skip(language === "python" && withoutPython !== false, withoutPython || "");
    const service = start(command, [file], { ...own(), ...(await environment()) });
    const failed = until(service, "not billed");
    const client = {
      endpoint: `http://127.0.0.1:${port}`,
      region: "eu-west-1",
      credentials: { accessKeyId: "x", secretAccessKey: "x" },
    };
    const [sns, sqs, db] = [new SNS(client), new SQS(client), new DynamoDB(client)];
    const TopicArn = "arn:aws:sns:eu-west-1:000000000000:placed";
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const attributes = (kind: string) => ({
      kind: { DataType: "String", StringValue: kind },
      traceparent: { DataType: "String", StringValue: traceparent },
    });
    await sns.publish({ TopicArn, Message: "an offer", MessageAttributes: attributes("offer") });
    const order = JSON.stringify({ order_id: "1", amount: 12 });
    await sns.publish({ TopicArn, Message: order, MessageAttributes: attributes("order") });
    const { QueueUrl } = await sqs.getQueueUrl({ QueueName: "shop" });
    const { Messages } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ["All"] });
    expect(Messages).toMatchObject([{ MessageAttributes: { traceparent: { StringValue: traceparent } } }]);
    expect(JSON.parse(Messages?.[0]?.Body ?? "")).toEqual({ order_id: "1" });
    const { Item } = await db.getItem({ TableName: "bills", Key: { order_id: { S: "1" } } });
    expect(Item).toEqual({ order_id: { S: "1" }, amount: { N: "12" } });

    await sns.publish({ TopicArn, Message: "no order", MessageAttributes: attributes("order") });
    await failed;
    await wakeful("advance", "91s");
    const id = /^[0-9a-f]{8}/gm;
    expect((await wakeful("inspect", "billing--dlq")).replace(id, "")).toBe(deadLetter.replace(id, ""));
    for (const each of [sns, sqs, db]) each.destroy();
  },
);

test("its other commands are ones", { timeout: patience }, async () => {
  const lines = blocksOf(page, "sh").flatMap((block) => block.split("\n"));
  const commands = lines.map((line) => /^npx wakeful (fault .*?)(?: +#.*)?$/.exec(line)?.[1] ?? "").filter(Boolean);
  expect(commands).toHaveLength(4);
  for (const line of commands) expect(await wakeful(...line.split(" "))).toMatch(/^(In force|fault|Undone)/);
});
