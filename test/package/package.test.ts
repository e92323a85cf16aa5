/** The package as users get it: packed, installed into a fresh folder, imported and compiled there. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
// the lowest that package.json promises
const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { engines: { node: string } };
const lowestNode = `${engines.node.replace(">=", "")}.0`;
let folder: string;
let files: string[];

function run(command: string, parameters: readonly string[], cwd = folder): string {
  return execFileSync(command, parameters, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wakeful-package-"));
  const [packed] = JSON.parse(
    run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root),
  ) as [{ filename: string; files: { path: string }[] }];
  files = packed.files.map(({ path }) => path);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const clients = ["dynamodb", "sns", "sqs"].map((service) => `@aws-sdk/client-${service}`);
  const others = ["vitest", "typescript", "@types/node", ...clients].map((name) => `${name}@${devDependencies[name]}`);
  const oldest = `node-${process.platform}-${process.arch}@${lowestNode}`;
  run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", `./${packed.filename}`, oldest, ...others]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("it holds the build, and no sources or tests", () => {
  expect(files).toContain("dist/index.js");
  expect(files).toContain("dist/index.d.ts");
  expect(files.filter((path) => path.includes(".test.") || (path.endsWith(".ts") && !path.endsWith(".d.ts")))).toEqual(
    [],
  );
});

test("every link of its pages leads to what it holds", () => {
  const pages = files.filter((path) => path.endsWith(".md"));
  expect(pages).toContain("docs/cli.md");
  const dead = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, target = ""]) => target);
    return targets
      .map((target) => posix.normalize(posix.join(posix.dirname(page), target)))
      .filter((target) => !files.some((path) => path === target || path.startsWith(`${target.replace(/\/$/, "")}/`)))
      .map((target) => `${page} → ${target}`);
  });
  expect(dead).toEqual([]);
});

test("every subpath can be imported", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    exports: Record<string, unknown>;
  };
  const outside = Object.keys(exports).filter((path) => path !== "./package.json" && path !== "./vitest");
  const script = outside.map((path) => `await import(${JSON.stringify(join("wakeful", path))});`).join("\n");
  run(process.execPath, ["--input-type=module", "--eval", script]);
});

test('import "wakeful" loads nothing but itself and Node', () => {
  const script = `
    import { registerHooks } from "node:module";
    registerHooks({ load(url, context, next) { if (!url.startsWith("node:") && !url.includes("/wakeful/dist/")) console.log(url); return next(url, context); } });
    await import("wakeful");`;
  expect(run(process.execPath, ["--input-type=module", "--eval", script]).trim()).toBe("");
});

test("a TypeScript consumer compiles against it, declarations checked", () => {
  writeFileSync(
    join(folder, "consumer.ts"),
    `import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { createHarness, probeUntil } from "wakeful";
import { startAwsSimulator } from "wakeful/aws-simulator";
import { snsSqs } from "wakeful/sns-sqs";
const simulator = await startAwsSimulator();
const aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
await aws.createTopic("t");
const harness = await createHarness({ channels: { topic: aws.topic("t") } });
const scope = harness.scope("consumer");
await scope.channels.topic.send({ id: 1 });
const event = await scope.channels.topic.next({ id: 1 });
const value: number = await probeUntil(() => 7);
console.log(JSON.stringify(event.payload), value);
await scope.close();
await harness.close();
await simulator.close();
`,
  );
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        target: "es2024",
        lib: ["es2024", "esnext.disposable"],
        module: "nodenext",
        strict: true,
        noEmit: true,
        types: ["node"],
        skipLibCheck: false,
      },
      files: ["consumer.ts"],
    }),
  );
  expect(run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."])).toBe("");
  expect(run(process.execPath, ["consumer.ts"]).trim()).toBe('{"id":1} 7');
});

test("it runs on the lowest Node that it promises", () => {
  const node = join(folder, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  expect(run(node, ["--version"]).trim()).toBe(`v${lowestNode}`);
  expect(run(node, ["consumer.ts"]).trim()).toBe('{"id":1} 7');
});

test("a Vitest suite of its own runs on it", () => {
  writeFileSync(
    join(folder, "first.test.ts"),
    `import { EventEmitter } from "node:events";
import { expect } from "vitest";
import { inProcess } from "wakeful/in-process";
import { wakefulTest } from "wakeful/vitest";
const test = wakefulTest({
  start: async ({ use }) => {
    const bus = new EventEmitter();
    const events = await use(inProcess(bus));
    return { bus, channels: { created: events.event<{ id: number }>("created") } };
  },
});
test("an event is caught", async ({ env, channels }) => {
  env.bus.emit("created", { id: 7 });
  expect((await channels.created.next({ id: 7 })).payload).toEqual({ id: 7 });
});
`,
  );
  expect(vitest("first.test.ts")).toMatch(/Tests\s+1 passed/);
});

test("the simulator works under the fake timers of a suite, DynamoDB too", () => {
  writeFileSync(
    join(folder, "fake-timers.test.ts"),
    `import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { SQS } from "@aws-sdk/client-sqs";
import { expect, test, vi } from "vitest";
import { startAwsSimulator } from "wakeful/aws-simulator";
test("a session of a customer ends after an hour", async () => {
  vi.useFakeTimers();
  await using simulator = await startAwsSimulator();
  const [sqs, db] = [new SQS(simulator.config), new DynamoDB(simulator.config)];
  const { QueueUrl } = await sqs.createQueue({ QueueName: "sessions" });
  await db.createTable({
    TableName: "sessions",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
  await db.putItem({ TableName: "sessions", Item: { id: { S: "7" } } });
  // an hour of the faked clock, which the next line moves: nothing waits
  const ended = new Promise<void>((resolve) => setTimeout(resolve, 3_600_000));
  await vi.advanceTimersByTimeAsync(3_600_000);
  await ended;
  await db.deleteItem({ TableName: "sessions", Key: { id: { S: "7" } } });
  await sqs.sendMessage({ QueueUrl, MessageBody: "ended" });
  expect((await db.scan({ TableName: "sessions" })).Count).toBe(0);
  expect((await sqs.receiveMessage({ QueueUrl })).Messages?.[0]?.Body).toBe("ended");
});
`,
  );
  for (const pool of ["forks", "threads"])
    expect(vitest("fake-timers.test.ts", `--pool=${pool}`)).toMatch(/Tests\s+1 passed/);
});

function vitest(...parameters: readonly string[]): string {
  return run(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "--no-color", ...parameters]);
}
