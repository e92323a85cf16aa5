/** The program in real processes, as terminals run it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

// processes start as fast as the machine lets them
vi.setConfig({ testTimeout: 30_000 });

const main = join(import.meta.dirname, "main.ts");
let home: string;
const running: ChildProcess[] = [];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "wakeful-cli-"));
});
afterAll(() => {
  rmSync(home, { recursive: true });
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

const environment = () => ({ PATH: process.env["PATH"], HOME: home });

interface Program {
  readonly child: ChildProcess;
  readonly port: string;
  readonly ended: Promise<number | null>;
  readonly output: () => string;
  readonly shows: (text: string | RegExp) => Promise<void>;
}

/** `wakeful up` on a free port, ready. */
async function up(...options: string[]): Promise<Program> {
  const child = spawn(process.execPath, [main, "up", "--port", "0", ...options], { env: environment() });
  running.push(child);
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const shows = (text: string | RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (typeof text === "string" ? output.includes(text) : text.test(output)) resolve();
      };
      listeners.add(look);
      void ended.then(() => {
        reject(new Error(`it ended and printed:\n${output}`));
      });
      look();
    });
  await shows("Ctrl-C");
  const port = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1] ?? "";
  return { child, port, ended, output: () => output, shows };
}

/** Any other command, to its end. */
function wakeful(...given: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...given], { env: environment() }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, output: stdout + stderr });
    });
  });
}

const config = (port: string) => ({
  endpoint: `http://127.0.0.1:${port}`,
  region: "eu-west-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

describe("up", () => {
  test("creates what its file says, shows the traffic, obeys a second terminal, and leaves nothing", async () => {
    const file = join(home, "aws.json");
    writeFileSync(
      file,
      JSON.stringify({
        topics: ["orders"],
        queues: [{ name: "work", deadLetters: { queue: "dead", maxReceives: 1 } }, "dead"],
        subscriptions: [{ topic: "orders", queue: "work", attributes: { RawMessageDelivery: "true" } }],
        tables: [
          {
            TableName: "customers",
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
            AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
            BillingMode: "PAY_PER_REQUEST",
          },
        ],
      }),
    );
    const program = await up("--config", file);
    expect(program.output()).toContain("1 topics, 2 queues, 1 subscriptions, 1 tables");
    const [sns, sqs, db] = [SNS, SQS, DynamoDB].map((Client) => new Client(config(program.port))) as [
      SNS,
      SQS,
      DynamoDB,
    ];
    expect((await db.listTables()).TableNames).toEqual(["customers"]);
    await sns.publish({ TopicArn: "arn:aws:sns:eu-west-1:000000000000:orders", Message: "\u001b[31mred" });
    await program.shows(/work {2}accepted {2}[0-9a-f]{8}/);
    const { QueueUrl } = await sqs.getQueueUrl({ QueueName: "work" });
    await sqs.receiveMessage({ QueueUrl });
    await program.shows(/work {2}delivered {2}[0-9a-f]{8} {2}receive 1/);

    expect((await wakeful("inspect", "--port", program.port)).output).toMatch(/dead +0 +0 +0 +0\nwork +0 +0 +1 +0/);
    const inspected = await wakeful("inspect", "work", "--port", program.port);
    expect(inspected.output).toMatch(/in flight +1 +[\d.]+ s +red/);
    expect(inspected.output).not.toContain("\u001b");
    const { output } = await wakeful("advance", "31s", "--port", program.port);
    expect(output).toContain("31s later");
    expect((await sqs.receiveMessage({ QueueUrl })).Messages).toBeUndefined();
    const json = await wakeful("inspect", "dead", "--json", "--port", program.port);
    expect(JSON.parse(json.output)).toMatchObject([{ name: "dead", messages: [{ state: "ready" }] }]);

    const states = join(home, ".wakeful");
    expect(statSync(join(states, `simulator-${program.port}.json`)).mode & 0o077).toBe(0);
    for (const client of [sns, sqs, db]) client.destroy();
    program.child.kill("SIGINT");
    expect(await program.ended).toBe(0);
    expect(readdirSync(states)).toEqual([]);
  });

  test("shows a refused request, once and escaped", async () => {
    const program = await up();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const body = "Action=%1b[31mFly&Version=2010-03-31";
    const answer = await fetch(`http://127.0.0.1:${program.port}`, { method: "POST", headers, body });
    expect(answer.status).toBe(400);
    await program.shows("InvalidAction");
    expect(program.output()).not.toContain("\u001b");
    expect(program.output().match(/refused/g)).toHaveLength(1);
  });

  test("gives the environment that other languages need", async () => {
    const program = await up("--quiet");
    const { output } = await wakeful("env", "--port", program.port);
    expect(output).toContain(`export AWS_ENDPOINT_URL='http://127.0.0.1:${program.port}'`);
    expect(output).toContain("export AWS_REGION='eu-west-1'");
    // not set to nothing: boto3 would look for a profile of that name
    expect(output).toMatch(/^unset AWS_PROFILE AWS_DEFAULT_PROFILE$/m);
    expect(output).not.toContain("export AWS_PROFILE");
  });

  test("says so when its port is taken", async () => {
    const { port } = await up();
    expect(await wakeful("up", "--port", port)).toEqual({
      code: 1,
      output: `Port ${port} is taken. Is a simulator running already? Choose another with --port.\n`,
    });
  });

  test("a configuration that AWS refuses ends it, with AWS's words", async () => {
    const file = join(home, "bad.json");
    writeFileSync(file, JSON.stringify({ queues: [{ name: "q", attributes: { DelaySeconds: "901" } }] }));
    const { code, output } = await wakeful("up", "--port", "0", "--config", file);
    expect([code, output]).toEqual([
      1,
      "queue q could not be created: Invalid value for the parameter DelaySeconds.\n",
    ]);
  });
});

describe("fault", () => {
  test("puts one in force from a second terminal; the live view shows what it hit", async () => {
    const file = join(home, "faults.json");
    writeFileSync(file, JSON.stringify({ queues: ["work"] }));
    const program = await up("--config", file);
    const { output } = await wakeful("fault", "drop", "work", "--nth", "1,3", "--port", program.port);
    expect(output).toBe("In force: drop on queue work, number 1 and 3.\n");
    const sqs = new SQS(config(program.port));
    const { QueueUrl } = await sqs.getQueueUrl({ QueueName: "work" });
    await sqs.sendMessage({ QueueUrl, MessageBody: "x" });
    await program.shows(/work {2}fault hit {2}[0-9a-f]{8} {2}drop on queue work, number 1 and 3 {2}accepted, and lost/);
    sqs.destroy();
  });
});

describe("the commands", () => {
  test("need a running simulator", async () => {
    expect(await wakeful("advance", "1s", "--port", "1")).toEqual({
      code: 1,
      output: "No simulator runs on port 1. Start one: npx wakeful up --port 1\n",
    });
  });

  test("name one that was killed", async () => {
    const { child, port, ended } = await up();
    child.kill("SIGKILL");
    await ended;
    expect((await wakeful("inspect", "--port", port)).output).toContain("does not answer: it has probably been killed");
    rmSync(join(home, ".wakeful", `simulator-${port}.json`));
  });

  test.for([
    [["advance", "soon"], 'advance: "soon" is not a duration', 1],
    [["inspect", "nothing"], "There is no queue nothing", 1],
    [["inspect", "--port", "x"], '"x" is not a port', 1],
    [["fly"], 'There is no command "fly"', 2],
    [["fault", "explode"], 'There is no fault "explode". There are: duplicate, ', 1],
  ] as const)("%j is answered with what is wrong, and no stack", async ([given, problem, code]) => {
    const { port } = await up();
    const result = await wakeful(...given, ...(given.includes("--port" as never) ? [] : ["--port", port]));
    expect(result.output).toContain(problem);
    expect(result.output).not.toMatch(/^ +at /m);
    expect(result.code).toBe(code);
  });

  test("are refused without the token of the state file", async () => {
    const { port } = await up();
    const path = join(home, ".wakeful", `simulator-${port}.json`);
    expect(existsSync(path)).toBe(true);
    const { control } = JSON.parse((await import("node:fs")).readFileSync(path, "utf8")) as { control: string };
    const response = await fetch(`${control}/advance`, { method: "POST", body: '{"by":"1h"}' });
    expect(response.status).toBe(401);
  });
});
