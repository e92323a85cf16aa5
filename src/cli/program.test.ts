/** The program in real processes, as terminals run it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer } from "node:net";
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

interface Ended {
  readonly code: number | null;
  readonly output: string;
  /** What went to standard error. */
  readonly complaint: string;
}

/** Any other command, to its end. */
function wakeful(...given: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...given], { env: environment() }, (_, output, complaint) => {
      resolve({ code: child.exitCode, output, complaint });
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
    expect(program.output()).toContain("Created: 1 topic, 2 queues, 1 subscription, 1 table.\n");
    const [sns, sqs, db] = [SNS, SQS, DynamoDB].map((Client) => new Client(config(program.port))) as [
      SNS,
      SQS,
      DynamoDB,
    ];
    expect((await db.listTables()).TableNames).toEqual(["customers"]);
    await sns.publish({ TopicArn: "arn:aws:sns:eu-west-1:000000000000:orders", Message: "\u001b[31mred" });
    await program.shows(/accepted +[0-9a-f]{8} {2}work/);
    const { QueueUrl } = await sqs.getQueueUrl({ QueueName: "work" });
    await sqs.receiveMessage({ QueueUrl });
    // what the file subscribes may also be delivered to
    expect(program.output()).not.toContain("without a queue policy");
    await program.shows(/delivered +[0-9a-f]{8} {2}work {2}receive 1/);

    expect((await wakeful("inspect", "--port", program.port)).output).toMatch(/dead +0 +0 +0 +0\nwork +0 +0 +1 +0/);
    const inspected = await wakeful("inspect", "work", "--port", program.port);
    expect(inspected.output).toMatch(/in flight +1 +[\d.]+ s +red/);
    expect(inspected.output).not.toContain("\u001b");
    const { output } = await wakeful("advance", "31s", "--port", program.port);
    expect(output).toMatch(
      /^The time is [^ ]+Z, 31s later: 1 moment when something was due, [\d.]+ m?s of real time\.\n$/,
    );
    expect((await sqs.receiveMessage({ QueueUrl })).Messages).toBeUndefined();
    const json = await wakeful("inspect", "dead", "--json", "--port", program.port);
    expect(JSON.parse(json.output)).toMatchObject([{ name: "dead", messages: [{ state: "ready" }] }]);
    const counts = JSON.parse((await wakeful("inspect", "--json", "--port", program.port)).output) as object[];
    expect(counts).toMatchObject([{ name: "dead", ready: 1 }, { name: "work" }]);
    // none would say that there are none
    for (const each of counts) expect(each).not.toHaveProperty("messages");

    const states = join(home, ".wakeful");
    expect(statSync(join(states, `simulator-${program.port}.json`)).mode & 0o077).toBe(0);
    for (const client of [sns, sqs, db]) client.destroy();
    program.child.kill("SIGINT");
    expect(await program.ended).toBe(0);
    expect(readdirSync(states)).toEqual([]);
  });

  test.for([
    [["--quiet"], "WAKEFUL_QUEUE_POLICY", 1],
    [["--strict-policies"], "the queue's policy does not let the topic send to it", 0],
  ] as const)("%s: what a queue's policy does not allow is told", async ([options, told, ready]) => {
    const program = await up(...options);
    const [sns, sqs] = [new SNS(config(program.port)), new SQS(config(program.port))];
    const { TopicArn } = await sns.createTopic({ Name: "orders" });
    await sqs.createQueue({ QueueName: "work" });
    await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: "arn:aws:sqs:eu-west-1:000000000000:work" });
    await sns.publish({ TopicArn, Message: "x" });
    await program.shows(told);
    const { output } = await wakeful("inspect", "--json", "--port", program.port);
    expect(JSON.parse(output)).toMatchObject([{ name: "work", ready }]);
    for (const client of [sns, sqs]) client.destroy();
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

  test("says so when its port is taken, by a simulator or by another program", async () => {
    const { port, child } = await up();
    expect(await wakeful("up", "--port", port)).toEqual({
      code: 1,
      output: "",
      complaint: `Port ${port} is taken, probably by the simulator of process ${child.pid}: use that one, or choose another with --port; --port 0 takes a free one.\n`,
    });
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const taken = (other.address() as AddressInfo).port;
    const { code, complaint } = await wakeful("up", "--port", String(taken));
    expect([code, complaint]).toEqual([
      1,
      `Port ${taken} is taken by another program. Choose another with --port; --port 0 takes a free one.\n`,
    ]);
    other.close();
  });

  test.for([
    ['{"queues":[{"name":"q","attributes":{"DelaySeconds":901}}]}', "Invalid value for the parameter DelaySeconds."],
    ['{"queues":["d",{"name":"q","deadLetters":{"queue":"d","maxReceives":0}}]}', 'Value {"deadLetterTargetArn":"'],
    ['{"queues":["q q"]}', "The queue q q could not be created: Can only include alphanumeric"],
    [
      '{"topics":["t"],"queues":["q"],"subscriptions":[{"topic":"t","queue":"q","attributes":{"FilterPolicy":{"a":"b"}}}]}',
      'FilterPolicy: "a" must be an object or an array',
    ],
    ['{"tables":[{"name":"t"}]}', "The table could not be created: The parameter 'TableName' is required"],
    ['{"queue":[]}', 'There is no key "queue". Did you mean queues?'],
    ["{", "bad.json is not JSON: "],
  ] as const)("a configuration such as %s ends it, in one line", async ([text, words]) => {
    const file = join(home, "bad.json");
    writeFileSync(file, text);
    const { code, complaint, output } = await wakeful("up", "--port", "0", "--config", file);
    expect(complaint).toContain(words);
    expect(complaint.trim().split("\n")).toHaveLength(1);
    expect([code, output]).toEqual([2, ""]);
  });

  test("ends when nobody reads it any more, and leaves nothing", async () => {
    const program = await up();
    const state = join(home, ".wakeful", `simulator-${program.port}.json`);
    expect(existsSync(state)).toBe(true);
    program.child.stdout?.destroy();
    // the next line finds nobody
    await fetch(`http://127.0.0.1:${program.port}`, { method: "POST" });
    expect(await program.ended).toBe(0);
    expect(existsSync(state)).toBe(false);
    expect(program.output()).not.toMatch(/^ +at /m);
  });

  test("says where it could not leave word for other terminals", async () => {
    const child = execFile(process.execPath, [main, "up", "--port", "0"], { env: { HOME: "/dev/null" } });
    let complaint = "";
    child.stderr?.on("data", (text: string) => (complaint += text));
    const [code] = (await once(child, "close")) as [number];
    expect(complaint).toMatch(
      /^\/dev\/null\/\.wakeful\/simulator-\d+\.json cannot be written: .*set HOME to a folder of yours\.\n$/,
    );
    expect(code).toBe(1);
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
    await program.shows(/fault hit +[0-9a-f]{8} {2}work {2}drop on queue work, number 1 and 3 {2}accepted, and lost/);
    sqs.destroy();
  });
});

/** All that are for a simulator that runs. */
const allCommands = [["advance", "1s"], ["inspect"], ["env"], ["down"], ["fault", "list"]] as const;

describe("the commands", () => {
  test.for(allCommands)("%j needs a running simulator", async (given) => {
    expect(await wakeful(...given, "--port", "1")).toEqual({
      code: 1,
      // what `eval "$(npx wakeful env)"` would run
      output: "",
      complaint:
        "No simulator runs on port 1. Start one: npx wakeful up --port 1. If yours has another port, name it: --port.\n",
    });
  });

  test("name one that was killed", async () => {
    const { child, port, ended } = await up();
    child.kill("SIGKILL");
    await ended;
    const told = {
      code: 1,
      // what `eval "$(npx wakeful env)"` would run
      output: "",
      complaint: `No simulator runs on port ${port}: process ${child.pid}, which ran one, has ended. Start one: npx wakeful up --port ${port}.\n`,
    };
    expect(await Promise.all(allCommands.map((given) => wakeful(...given, "--port", port)))).toEqual(
      allCommands.map(() => told),
    );
    rmSync(join(home, ".wakeful", `simulator-${port}.json`));
  });

  test("name the file by which they find it, when it is damaged", async () => {
    const state = join(home, ".wakeful", "simulator-2.json");
    mkdirSync(join(home, ".wakeful"), { recursive: true });
    writeFileSync(state, "{");
    const { code, complaint } = await wakeful("inspect", "--port", "2");
    rmSync(state);
    expect(complaint).toContain(`${state} cannot be read: `);
    expect(complaint).not.toMatch(/^ +at /m);
    expect(code).toBe(1);
  });

  test("env waits for one that is starting, as long as it is told to", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const port = String((probe.address() as AddressInfo).port);
    probe.close();
    await once(probe, "close");
    // what a simulator that was killed has left
    const stale = {
      pid: 1,
      url: `http://127.0.0.1:${port}`,
      control: "http://127.0.0.1:1",
      token: "",
      env: { STALE: "1" },
    };
    mkdirSync(join(home, ".wakeful"), { recursive: true });
    writeFileSync(join(home, ".wakeful", `simulator-${port}.json`), JSON.stringify(stale));
    expect(await wakeful("env", "--within", "50ms", "--port", port)).toEqual({
      code: 1,
      output: "",
      complaint: `No simulator ran on port ${port} within 50ms.\n`,
    });
    const waiting = wakeful("env", "--within", "25s", "--port", port);
    running.push(spawn(process.execPath, [main, "up", "--quiet", "--port", port], { env: environment() }));
    const { code, output } = await waiting;
    expect(code).toBe(0);
    expect(output).toContain(`export AWS_ENDPOINT_URL='http://127.0.0.1:${port}'`);
    expect(output).not.toContain("STALE");
    await wakeful("down", "--port", port);
  });

  const waiting = ["env", "--within", "50ms"];
  test.for<[string, RequestListener, readonly (readonly string[])[]]>([
    // the others wait for longer, see control-client.test.ts
    ["says nothing", () => undefined, [waiting]],
    // as a simulator would answer, but for whose it is
    ["answers everything", (_, response) => response.end('{"pid":2}'), [...allCommands, waiting]],
  ])("do not take for a simulator what %s on the port of one that was killed", async ([, answer, commands]) => {
    await using other = createHttpServer(answer).listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const control = `http://127.0.0.1:${port}`;
    const state = join(home, ".wakeful", `simulator-${port}.json`);
    mkdirSync(join(home, ".wakeful"), { recursive: true });
    writeFileSync(state, JSON.stringify({ pid: 1, url: control, control, token: "", env: { STALE: "1" } }));
    const told = await Promise.all(commands.map((given) => wakeful(...given, "--port", String(port))));
    rmSync(state);
    const none = `No simulator answers on port ${port}: process 1, which ran one, is stopped, or another program by now. Start one: npx wakeful up --port ${port}.\n`;
    const noneYet = `No simulator ran on port ${port} within 50ms.\n`;
    expect(told).toEqual(
      commands.map((given) => ({ code: 1, output: "", complaint: given === waiting ? noneYet : none })),
    );
  });

  test("down ends one, and returns when it is gone", async () => {
    const program = await up();
    expect(await wakeful("down", "--port", program.port)).toEqual({
      code: 0,
      output: `The simulator at http://127.0.0.1:${program.port} has ended.\n`,
      complaint: "",
    });
    expect(() => process.kill(program.child.pid ?? 0, 0)).toThrow("ESRCH");
    expect(await program.ended).toBe(0);
    expect(existsSync(join(home, ".wakeful", `simulator-${program.port}.json`))).toBe(false);
  });

  test.for([
    [["advance", "30"], "advance: 30 has no unit. Write 30s for seconds, or 30ms, 30m, 30h."],
    [
      ["advance", "soon"],
      'advance: "soon" is not a duration. Write it as 250ms, 1.5s, 2m or 1h: without a sign or a space.',
    ],
    [["inspect", "nothing"], 'There is no queue "nothing". There are none.'],
    [["env", "--within", "5"], "--within: 5 has no unit."],
    [["inspect", "--port", "x"], '--port: "x" is not a port. Give a number up to 65535, such as 4566.'],
    [["up", "--port", "65536"], '--port: "65536" is not a port.'],
    [
      ["fly"],
      'There is no command "fly". There are: up, env, down, advance, inspect, fault.\nnpx wakeful --help tells',
    ],
    [["fault"], "fault needs a kind.\nUsage: wakeful fault <kind> [queue or topic] [options]\n"],
    [["fault", "explode"], 'There is no fault "explode". There are: duplicate, '],
    [["fault", "drop", "nothing"], 'There is no queue or topic "nothing".'],
    [["fault", "throttle", "--processed"], "throttle has no option --processed. It has: --nth, "],
  ] as const)("%j is answered with what is wrong, and no stack", async ([given, problem]) => {
    const { port } = await up();
    const { code, output, complaint } = await wakeful(
      ...given,
      ...(given.includes("--port" as never) ? [] : ["--port", port]),
    );
    expect(complaint).toContain(problem);
    expect(complaint).not.toMatch(/^ +at /m);
    expect([code, output]).toEqual([2, ""]);
  });

  test("tell the version of the package", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(await wakeful("--version")).toEqual({ code: 0, output: `${version}\n`, complaint: "" });
  });

  test("are refused without the token of the state file", async () => {
    const { port } = await up();
    const path = join(home, ".wakeful", `simulator-${port}.json`);
    expect(existsSync(path)).toBe(true);
    const { control } = JSON.parse(readFileSync(path, "utf8")) as { control: string };
    const response = await fetch(`${control}/advance`, { method: "POST", body: '{"by":"1h"}' });
    expect(response.status).toBe(401);
  });
});
