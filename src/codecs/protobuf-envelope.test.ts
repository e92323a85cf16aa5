import { gzipSync } from "node:zlib";
import protobufjs from "protobufjs";
import { describe, expect, test } from "vitest";
import { orderOfProtobufEs, orderOfProtobufjs as type } from "../../test/support/protobuf-types.ts";
import { systemClock } from "../time/index.ts";
import { openProtobufEnvelope, protobufEnvelope } from "./index.ts";

/** The envelope by a library, field for field as its `.proto` has them. */
const Envelope = protobufjs
  .parse(
    `syntax = "proto3";
     message Service { string name = 1; string uuid = 2; }
     message Metadata {
       string message_uuid = 1; string protocol_version = 2; double timestamp = 3; string topic = 4; string data_encoding = 5;
     }
     message Envelope { Service service = 1; Metadata metadata = 2; bytes data = 3; int32 newer = 100; }`,
    { keepCase: true },
  )
  .root.lookupType("Envelope");
const read = (body: string | Uint8Array) => Envelope.toObject(Envelope.decode(Buffer.from(body as string, "base64")));
const write = (envelope: object) => Buffer.from(Envelope.encode(envelope).finish()).toString("base64");
const bytesOf = (order: object) => type.encode(order).finish();

const codec = protobufEnvelope({ type, service: { name: "shop", uuid: "u" }, topic: "orders" });

test("small data travels as it is, with its metadata", () => {
  let made = 0;
  const clock = { ...systemClock, wall: () => 1_500 };
  const body = protobufEnvelope({
    type,
    service: { name: "shop" },
    topic: "orders",
    clock,
    uuid: () => `id-${++made}`,
  }).encode({ id: "a" });
  const metadata = {
    message_uuid: "id-1.id-2",
    protocol_version: "tomodachi-protobuf-base--1.0.0",
    timestamp: 1.5,
    topic: "orders",
    data_encoding: "proto",
  };
  const service = { name: "shop", uuid: "id-1" };
  expect(read(body)).toMatchObject({ service, metadata });
  expect(openProtobufEnvelope(body, type)).toMatchObject({ service, metadata, data: { id: "a" } });
  expect(openProtobufEnvelope(new TextEncoder().encode(body as string), type).data).toMatchObject({ id: "a" });
  expect(codec.decode(body, {})).toMatchObject({ id: "a" });
});

test("a message of nothing but defaults travels too", () => {
  expect(codec.decode(codec.encode({}), {})).toMatchObject({ id: "", amount: 0 });
});

test("above 60,000 bytes it is compressed, at 60,000 not", () => {
  // a tag and three bytes of length before the text
  const of = (bytes: number) => ({ id: "x".repeat(bytes - 4) });
  expect(bytesOf(of(60_000))).toHaveLength(60_000);
  expect(read(codec.encode(of(60_000)))).toMatchObject({ metadata: { data_encoding: "proto" } });
  const compressed = codec.encode(of(60_001));
  expect(read(compressed)).toMatchObject({ metadata: { data_encoding: "gzip_proto" } });
  expect(compressed.length).toBeLessThan(1_000);
  expect(codec.decode(compressed, {})).toMatchObject(of(60_001));
});

test("data by another library is the same", () => {
  const other = protobufEnvelope({ type: orderOfProtobufEs });
  expect(other.decode(codec.encode({ id: "a", amount: 7 }), {})).toMatchObject({ id: "a", amount: 7 });
  expect(codec.decode(other.encode({ id: "a", amount: 7 }), {})).toMatchObject({ id: "a", amount: 7 });
});

/** Written by `ProtobufBase.build_message` of tomodachi 0.29.0 on Python 3.11, `Order(id="a", amount=12)`, and of 60,001 x. */
const ofTomodachi = {
  plain:
    "CiwKBHNob3ASJDVhMWYwYTdlLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMRKDAQpJNWExZjBhN2UtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxLjUzODVjMTQyLWU0OTItNGY2ZC1iNTk2LWQyNzAwOWM1M2ZjMxIedG9tb2RhY2hpLXByb3RvYnVmLWJhc2UtLTEuMC4wGVxaRaR3wNpBIgZvcmRlcnMqBXByb3RvGgUKAWEQDA==",
  compressed:
    "CiwKBHNob3ASJDVhMWYwYTdlLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMRKIAQpJNWExZjBhN2UtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxLjlkOGM3YjUwLTIxNWQtNDUzNi05NWFmLTExYjYzMDg0Yjg0YxIedG9tb2RhY2hpLXByb3RvYnVmLWJhc2UtLTEuMC4wGcNjRaR3wNpBIgZvcmRlcnMqCmd6aXBfcHJvdG8aW3ic7cEhEQBACAAw8Y57QVyCUoAm1EBsi+lXAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAANfkX6Ht5bo=",
};

describe("reads", () => {
  test("what tomodachi wrote", () => {
    expect(openProtobufEnvelope(ofTomodachi.plain, type)).toMatchObject({
      service: { name: "shop", uuid: "5a1f0a7e-0000-4000-8000-000000000001" },
      metadata: { protocol_version: "tomodachi-protobuf-base--1.0.0", timestamp: 1795284625.08364, topic: "orders" },
      data: { id: "a", amount: 12 },
    });
  });

  test("fields that a newer version may add, parts in any order, and a message in two parts", () => {
    const parts = [
      Envelope.encode({ data: bytesOf({ id: "a" }), newer: 7 }).finish(),
      Envelope.encode({ metadata: { data_encoding: "rot13", topic: "t" } }).finish(),
      Envelope.encode({ metadata: { data_encoding: "proto" } }).finish(),
    ];
    const { metadata, data } = openProtobufEnvelope(Buffer.concat(parts).toString("base64"), type);
    expect(metadata).toMatchObject({ topic: "t", data_encoding: "proto" });
    expect(data).toMatchObject({ id: "a" });
  });

  test.for([
    ["base64", (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString("base64"))],
    ["gzip_proto", gzipSync],
    ["base64_gzip_proto", (bytes: Uint8Array) => Buffer.from(gzipSync(bytes).toString("base64"))],
  ] as [string, (bytes: Uint8Array) => Buffer][])("data_encoding %s of others", ([data_encoding, pack]) => {
    const body = write({ metadata: { data_encoding }, data: pack(bytesOf({ id: "a" })) });
    expect(codec.decode(body, {})).toMatchObject({ id: "a" });
  });
});

describe("refuses", () => {
  const data = bytesOf({ id: "abc" });
  test.for(["rot13", "raw", "PROTO"])("data_encoding %s", (data_encoding) => {
    expect(() => codec.decode(write({ metadata: { data_encoding }, data }), {})).toThrow(
      `unknown data_encoding "${data_encoding}"`,
    );
  });

  test.for([
    ["no data_encoding", write({ data })],
    ["the data alone", Buffer.from(data).toString("base64")],
    ["nothing", ""],
    ["JSON", '{"metadata":{"data_encoding":"raw"},"data":"x"}'],
    ["base64 with a line break", `${ofTomodachi.plain}\n`],
    ["data cut off inside", write({ metadata: { data_encoding: "proto" }, data: data.slice(0, -1) })],
    [
      "compressed data cut off",
      write({ metadata: { data_encoding: "gzip_proto" }, data: gzipSync(data).subarray(0, -9) }),
    ],
    ["base64 in base64 cut off", write({ metadata: { data_encoding: "base64" }, data: Buffer.from("CgFhC") })],
    ["data that is a number", Buffer.from([0x12, 7, 0x2a, 5, ...Buffer.from("proto"), 0x18, 1]).toString("base64")],
    [
      "a name that is no UTF-8",
      Buffer.from([0x0a, 3, 0x0a, 1, 0xff, 0x12, 7, 0x2a, 5, ...Buffer.from("proto")]).toString("base64"),
    ],
  ] as [string, string][])("%s", ([, body]) => {
    expect(() => codec.decode(body, {})).toThrow();
  });

  test("an envelope that is cut off anywhere but between its fields", () => {
    const bytes = Buffer.from(ofTomodachi.plain, "base64");
    const betweenFields = 46 + 134;
    for (let length = 0; length < bytes.length; length++) {
      const decode = () => codec.decode(bytes.subarray(0, length).toString("base64"), {});
      if (length !== betweenFields) expect(decode, `cut after ${length} bytes`).toThrow();
    }
  });

  test("compressed data of more than 64 MiB", () => {
    const bomb = gzipSync(new Uint8Array(64 * 1024 * 1024 + 1), { level: 1 });
    expect(() => codec.decode(write({ metadata: { data_encoding: "gzip_proto" }, data: bomb }), {})).toThrow(
      RangeError,
    );
  });

  test("a payload with a field that the type does not know", () => {
    expect(() => codec.encode({ order_id: "a" })).toThrow("Order has no field order_id");
  });

  test("what is no type", () => {
    expect(() => protobufEnvelope({ type: {} as never })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }) as Error,
    );
  });
});
