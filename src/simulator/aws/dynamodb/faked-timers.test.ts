/** dynalite lives on timers that tests fake; a system under test must not notice. By an unmodified SDK. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { afterEach, expect, test, vi } from "vitest";
import { startAwsSimulator } from "../../index.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** Makes a table, and puts an item into it by both ways that there are. Returns what is in it then. */
async function use(db: DynamoDB, text = "short"): Promise<string[]> {
  const TableName = "table";
  await db.createTable({
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
  await db.putItem({ TableName, Item: { id: { S: "put" }, text: { S: text } } });
  await db.transactWriteItems({ TransactItems: [{ Put: { TableName, Item: { id: { S: "transacted" } } } }] });
  const { Items = [] } = await db.scan({ TableName });
  return Items.map(({ id }) => id?.S ?? "").toSorted();
}

test.for([
  ["what Vitest fakes by default", undefined],
  ["microtasks, too", ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "Date", "performance", "hrtime"]],
] as const)("%s: a table is made, written and read", async ([, toFake]) => {
  await using simulator = await startAwsSimulator();
  const db = new DynamoDB(simulator.config);
  vi.useFakeTimers(toFake === undefined ? {} : { toFake: [...toFake] });
  // a long request goes through node:http
  expect(await use(db, "x".repeat(100_000))).toEqual(["put", "transacted"]);
  db.destroy();
});

test("all that fake timers can fake, before dynalite is loaded: a system in another process notices nothing", async ({
  signal,
}) => {
  const room = JSON.stringify(new URL("../../index.ts", import.meta.url).href);
  // process.nextTick too, as Vitest does in worker threads only: Node's own streams stand still then
  const script = `
    const { startAwsSimulator } = await import(${room});
    const { config } = await startAwsSimulator();
    process.stdout.write(JSON.stringify(config), () => {
      for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]) globalThis[name] = () => ({});
      process.nextTick = () => undefined;
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
    killSignal: "SIGKILL",
    signal,
  });
  // it is, when this test takes too long
  child.on("error", () => undefined);
  try {
    const [config] = (await once(child.stdout, "data")) as [Buffer];
    const db = new DynamoDB(JSON.parse(config.toString("utf8")) as object);
    expect(await use(db)).toEqual(["put", "transacted"]);
    db.destroy();
  } finally {
    child.kill("SIGKILL");
  }
});
