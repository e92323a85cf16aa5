/** What a payload travels as, by the unmodified AWS SDK through the simulator: topic to queue, raw and wrapped. */
import { randomBytes } from "node:crypto";
import { SNS } from "@aws-sdk/client-sns";
import { type Message, SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { json, jsonEnvelope, openProtobufEnvelope, protobuf, protobufEnvelope } from "../../src/codecs/index.ts";
import type { Codec } from "../../src/contracts/index.ts";
import { createHarness } from "../../src/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";
import { snsSqs, type SnsSqs } from "../../src/transports/sns-sqs/index.ts";
import { orderOfProtobufEs, orderOfProtobufjs } from "../support/protobuf-types.ts";

interface Order {
  readonly id: string;
  readonly amount: number;
}

/** An envelope of one's own as a class: the codec is the class itself. */
// oxlint-disable-next-line typescript/no-extraneous-class -- some services have theirs so
class Lines {
  static encode({ id, amount }: Order): string {
    return `${amount}\n${id}`;
  }

  static decode(body: string | Uint8Array): Order {
    const { amount, id } = /^(?<amount>\d+)\n(?<id>.+)$/s.exec(String(body))?.groups ?? {};
    if (id === undefined) throw new TypeError("not two lines");
    return { id, amount: Number(amount) };
  }
}

/** The same as an instance, which knows something. */
class Versioned implements Codec {
  readonly name = "versioned";
  readonly #version: number;

  constructor(version: number) {
    this.#version = version;
  }

  encode(payload: unknown): string {
    return JSON.stringify({ version: this.#version, payload });
  }

  decode(body: string | Uint8Array): unknown {
    const { version, payload } = JSON.parse(String(body)) as { version: number; payload: unknown };
    if (version !== this.#version) throw new TypeError(`version ${version}, not ${this.#version}`);
    return payload;
  }
}

/** Reads bytes out of an attribute, as services do that send no base64; the body only must not be empty. */
const inAttribute: Codec = {
  name: "protobuf in an attribute",
  encode: () => "-",
  decode: (_, { order }) => protobuf(orderOfProtobufjs, { body: "bytes" }).decode(order ?? "", {}),
};
const attributesOf = (codec: Codec, order: Order) =>
  codec === inAttribute ? { attributes: { order: orderOfProtobufjs.encode(order).finish() } } : {};

const codecs: readonly Codec[] = [
  json(),
  jsonEnvelope({ service: { name: "shop" }, topic: "orders" }),
  protobuf(orderOfProtobufjs),
  { ...protobuf(orderOfProtobufEs), name: "protobuf Order of protobuf-es" },
  protobufEnvelope({ type: orderOfProtobufjs, service: { name: "shop" }, topic: "orders" }),
  Lines,
  new Versioned(2),
  inAttribute,
];

const Small: Order = { id: "0123456789", amount: 1 };
// hardly compressed: what leaves SNS is large too
const Large: Order = { id: randomBytes(50_000).toString("hex"), amount: 2 };

let simulator: AwsSimulator;
let sns: SNS;
let aws: SnsSqs;
let made = 0;

beforeAll(async () => {
  simulator = await startAwsSimulator();
  sns = new SNS(simulator.config);
  aws = snsSqs({ sns, sqs: new SQS(simulator.config), accounting: simulator });
});
afterAll(async () => {
  await simulator.close();
});

/** A topic with two queues, one of which gets messages in the wrapper of SNS, and a channel on each. */
async function openChannels(codec: Codec) {
  const topic = `orders-${++made}`;
  const arn = await aws.createTopic(topic);
  await aws.subscribe(topic, `${topic}-raw`, { raw: true });
  await aws.subscribe(topic, `${topic}-wrapped`, { raw: false });
  const channels = {
    orders: aws.topic(topic, { codec }),
    raw: aws.deadLetters(`${topic}-raw`, { codec, allow: true }),
    wrapped: aws.deadLetters(`${topic}-wrapped`, { codec, allow: true }),
  };
  return { arn, harness: await createHarness({ channels, sla: "2s" }) };
}

describe.for(codecs.map((codec) => [codec.name, codec] as const))("%s", ([, codec]) => {
  test.for([
    ["10 bytes", Small],
    ["100 kB", Large],
  ] as const)("round trip of %s, raw and wrapped", async ([, order]) => {
    const { harness } = await openChannels(codec);
    await using _ = harness;
    await using scope = harness.scope("round trip");
    const { orders, raw, wrapped } = scope.channels;
    await orders.send(order, attributesOf(codec, order));
    for (const channel of [orders, raw, wrapped]) expect((await channel.next()).payload).toMatchObject(order);
  });

  test("a wrong body among good ones is reported, and loses no neighbour", async () => {
    const { harness } = await openChannels(codec);
    await using _ = harness;
    await using scope = harness.scope("neighbours");
    const { orders, raw, wrapped } = scope.channels;
    const good = [1, 2].map((amount) => ({ id: "a", amount }));
    const [first, last] = good as [Order, Order];
    // what only looks like a message: as text the bytes of a message that is cut off
    const wrong = Buffer.from([0x0a, 5, 0x61]).toString("base64");
    await orders.send(first, attributesOf(codec, first));
    await orders.sendRaw(wrong);
    await orders.send(last, attributesOf(codec, last));
    for (const channel of [orders, raw, wrapped]) {
      for (const order of good) expect((await channel.next()).payload).toMatchObject(order);
      await expect(channel.next({ amount: 3 }, { within: 20 })).rejects.toMatchObject({ code: "COULD_NOT_DECODE" });
      expect(channel.refused()).toMatchObject([{ why: "could not decode", body: wrong }]);
    }
  });
});

test("a message of defaults alone has no bytes, which SNS refuses; in the envelope it travels", async () => {
  const { harness } = await openChannels(protobuf(orderOfProtobufjs));
  await using _ = harness;
  await using scope = harness.scope("no bytes");
  await expect(scope.channels.orders.send({ amount: 0 })).rejects.toMatchObject({ code: "SEND_FAILED" });

  const enveloped = await openChannels(protobufEnvelope({ type: orderOfProtobufjs }));
  await using other = enveloped.harness;
  const { orders } = other.scope("in the envelope").channels;
  await orders.send({ amount: 0 });
  expect((await orders.next()).payload).toMatchObject({ id: "", amount: 0 });
});

test("what an envelope says around its data is read from the vendor's own message", async () => {
  const { harness } = await openChannels(protobufEnvelope({ type: orderOfProtobufjs, topic: "orders" }));
  await using _ = harness;
  const { orders } = harness.scope("around the data").channels;
  await orders.send(Small);
  const event = await orders.next();
  const { metadata, data } = openProtobufEnvelope((event.raw as Message).Body ?? "", orderOfProtobufjs);
  expect(metadata).toMatchObject({ topic: "orders", data_encoding: "proto" });
  expect(data).toMatchObject(Small);
});

describe.for([
  ["json", json()],
  ["protobuf", protobuf(orderOfProtobufjs)],
] as const)("a channel's schema is the contract of its messages, as %s", ([format, codec]) => {
  const schema = z.object({ id: z.string().min(1), amount: z.int().positive() });

  async function open() {
    const topic = `contract-${format}-${++made}`;
    const arn = await aws.createTopic(topic);
    const harness = await createHarness({ channels: { orders: aws.topic(topic, { codec, schema }) }, sla: "1s" });
    return { arn, harness };
  }

  test("the test cannot send what the app would refuse", async () => {
    const { harness } = await open();
    await using _ = harness;
    const { orders } = harness.scope("refused").channels;
    await expect(orders.send({ id: "a", amount: -1 })).rejects.toMatchObject({ code: "PAYLOAD_REJECTED" });
    await expect(orders.send({ id: "a" } as never)).rejects.toMatchObject({ code: "PAYLOAD_REJECTED" });
    await orders.send({ id: "a", amount: 1 });
    expect((await orders.next()).payload).toMatchObject({ amount: 1 });
    expect(orders.seen()).toHaveLength(1);
  });

  test("an app that publishes another shape turns a wait red, and silence unknown", async () => {
    const { arn, harness } = await open();
    await using _ = harness;
    const scope = harness.scope("another shape");
    const { orders } = scope.channels;
    // what the app sends since its field was renamed: in protobuf a field of another number, unknown to the contract
    const renamed =
      format === "json" ? '{"id":"a","sum":12}' : Buffer.from([0x0a, 1, 0x61, 0x38, 12]).toString("base64");
    await sns.publish({ TopicArn: arn, Message: renamed });
    await expect(orders.next({ id: "a" }, { within: 200 })).rejects.toMatchObject({
      code: "SCHEMA_MISMATCH",
      message: expect.stringContaining("amount") as string,
    });
    await expect(orders.none({ id: "b" }, { within: 20 })).rejects.toMatchObject({ code: "UNKNOWN" });
  });
});
