/** The code of docs/channels.md, run as it stands there. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { json, protobuf, protobufEnvelope } from "../../src/codecs/index.ts";
import { type Channel, createHarness } from "../../src/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";
import { snsSqs, type SnsSqs } from "../../src/transports/sns-sqs/index.ts";
import { orderOfProtobufjs } from "../support/protobuf-types.ts";
import { blocksOf } from "./page.ts";

type Block = (given: object) => Promise<{ channels: Parameters<typeof createHarness>[0]["channels"] }>;

let folder: string;
let simulator: AwsSimulator;
let aws: SnsSqs;
let sending: Block;
let twice: Block;
let filtering: Block;
let messages: Block;
let ownCodecs: Block;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wakeful-docs-"));
  const names = "aws, placed, billing, orders, order, order_id, expect, protobuf, protobufEnvelope, json, Order";
  const functions = blocksOf("docs/channels.md", "ts").map((block) => {
    const result = block.includes("const channels") ? "return { channels };" : "";
    return `async ({ ${names} }) => {\n${block}${result}\n}`;
  });
  const path = join(folder, "blocks.mjs");
  writeFileSync(path, `export default [${functions.join(",\n")}];\n`);
  const blocks = ((await import(path)) as { default: [Block, Block, Block, Block, Block] }).default;
  [sending, twice, filtering, messages, ownCodecs] = blocks;

  simulator = await startAwsSimulator();
  aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  for (const topic of ["placed", "orders.fifo", "shipped", "lines", "versioned", "either"])
    await aws.createTopic(topic);
  await aws.createQueue("billing");
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

type Tested = Channel<unknown>;

const order = { order_id: "1", customer_id: "c", amount: 12 };

test("sending: attributes, exact bytes, a delay", async () => {
  const channels = { placed: aws.topic("placed"), billing: aws.queue("billing") };
  await using harness = await createHarness({ channels });
  const scope = harness.scope("sending");
  const { placed, billing } = scope.channels;
  await sending({ placed, billing, order, order_id: order.order_id });
  const { attributes } = await placed.next({ order_id: "1" });
  expect(attributes).toMatchObject({ kind: "order", traceparent: expect.stringContaining(scope.traceId) as string });
  expect(placed.refused()).toMatchObject([{ body: "no JSON" }]);
  expect(simulator.inspect("billing")).toMatchObject({ delayed: 1 });
  await aws.purge("billing");
});

test("FIFO: what is sent twice is a duplicate", async () => {
  await using harness = await createHarness({ channels: { orders: aws.topic("orders.fifo") } });
  const scope = harness.scope("FIFO");
  await twice({ orders: scope.channels.orders, order, expect });
  const event = await scope.channels.orders.next({ order_id: "1" });
  expect(event.key).toBe("c");
});

test("filters: by attributes, and by the body", async () => {
  const { channels } = await filtering({ aws });
  await using harness = await createHarness({ channels: { ...channels, all: aws.topic("placed") } });
  const scope = harness.scope("filters");
  const { all, orders, large } = scope.channels as Record<"all" | "orders" | "large", typeof scope.channels.all>;
  await all.send({ n: 1, amount: 12 }, { attributes: { kind: "order" } });
  await all.send({ n: 2, amount: 101 }, { attributes: { kind: "offer" } });
  await all.send({ n: 3, amount: 102 }, { attributes: { kind: "order" } });
  // the last of each: queues of the simulator keep the order
  for (const each of [orders, large]) await each.next({ n: 3 });
  expect(orders.seen().map(({ payload }) => payload)).toMatchObject([{ n: 1 }, { n: 3 }]);
  expect(large.seen().map(({ payload }) => payload)).toMatchObject([{ n: 2 }, { n: 3 }]);
});

const given = { json, protobuf, protobufEnvelope, Order: orderOfProtobufjs };

test("how a payload travels: protobuf, alone and in its envelope", async () => {
  const { channels } = await messages({ aws, ...given });
  await using harness = await createHarness({ channels });
  const { orders, shipped } = harness.scope("protobuf").channels as Record<"orders" | "shipped", Tested>;
  for (const channel of [orders, shipped]) {
    await channel.send({ id: "1", amount: 12 });
    expect((await channel.next()).payload).toMatchObject({ id: "1", amount: 12 });
    await expect(channel.send({ order_id: "1" })).rejects.toMatchObject({ code: "ENCODING_FAILED" });
  }
});

test("how a payload travels: codecs of one's own", async () => {
  const { channels } = await ownCodecs({ aws, ...given });
  await using harness = await createHarness({ channels });
  const { lines, versioned, either } = harness.scope("own codecs").channels as Record<string, Tested>;
  for (const channel of [lines, versioned]) {
    await channel?.sendRaw("7");
    await channel?.send({ order_id: "1", amount: 12 });
    expect((await channel?.next())?.payload).toEqual({ order_id: "1", amount: 12 });
    expect(channel?.refused()).toMatchObject([{ why: "could not decode", body: "7" }]);
  }
  await either?.send({ id: "1", amount: 12 }, { attributes: { format: "protobuf" } });
  await either?.sendRaw('{"id":"2"}');
  await either?.next({ id: "1" });
  await either?.next({ id: "2" });
});
