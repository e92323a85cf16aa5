import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { systemClock } from "../time/index.ts";
import { json, jsonEnvelope, openEnvelope, raw } from "./index.ts";

describe("json", () => {
  test("round trip", () => {
    expect(json().decode(json().encode({ a: [1, "ü"] }), {})).toEqual({ a: [1, "ü"] });
  });
  test("refuses what JSON has no form for, and bytes that are no UTF-8", () => {
    expect(() => json().encode(undefined)).toThrow(TypeError);
    expect(() => json().decode(new Uint8Array([0x22, 0xff, 0x22]), {})).toThrow(TypeError);
  });
});

describe("json envelope", () => {
  const codec = jsonEnvelope({ service: { name: "shop", uuid: "u" }, topic: "orders" });
  test("small data travels as it is, with its metadata", () => {
    const body = codec.encode({ id: "a" });
    expect(JSON.parse(body as string)).toMatchObject({
      service: { name: "shop", uuid: "u" },
      metadata: { protocol_version: "tomodachi-json-base--1.0.0", topic: "orders", data_encoding: "raw" },
      data: { id: "a" },
    });
    expect(codec.decode(body, {})).toEqual({ id: "a" });
  });
  test("from 60,000 characters on it is compressed, one below not", () => {
    const of = (length: number) => "x".repeat(length - 2);
    expect(JSON.parse(codec.encode(of(59_999)) as string)).toMatchObject({ metadata: { data_encoding: "raw" } });
    const compressed = codec.encode(of(60_000)) as string;
    expect(JSON.parse(compressed)).toMatchObject({ metadata: { data_encoding: "base64_gzip_json" } });
    expect(compressed.length).toBeLessThan(1_000);
    expect(codec.decode(compressed, {})).toBe(of(60_000));
  });
  test.for([
    ["zlib's format", deflateSync],
    ["gzip's", gzipSync],
  ] as const)("reads what others compressed in %s", ([, compress]) => {
    const data = compress(Buffer.from('{"id":"a"}')).toString("base64");
    expect(codec.decode(JSON.stringify({ metadata: { data_encoding: "base64_gzip_json" }, data }), {})).toEqual({
      id: "a",
    });
  });
  test("refuses base64 that only Node would read", () => {
    const data = `${deflateSync('{"id":"a"}').toString("base64")}\n`;
    const body = JSON.stringify({ metadata: { data_encoding: "base64_gzip_json" }, data });
    expect(() => codec.decode(body, {})).toThrow("not base64");
  });
  test("opens to who sent it, when, and under which id", () => {
    let made = 0;
    const clock = { ...systemClock, wall: () => 1_500 };
    const body = jsonEnvelope({ service: { name: "shop" }, clock, uuid: () => `id-${++made}` }).encode([7]);
    expect(openEnvelope(body)).toMatchObject({
      service: { name: "shop", uuid: "id-1" },
      metadata: { message_uuid: "id-1.id-2", timestamp: 1.5 },
      data: [7],
    });
    expect(openEnvelope(new TextEncoder().encode(body as string)).data).toEqual([7]);
  });
  test("refuses bytes that are no UTF-8 instead of replacing them", () => {
    const body = new TextEncoder().encode('{"metadata":{"data_encoding":"raw"},"data":"?"}');
    body[body.indexOf(0x3f)] = 0xff;
    expect(() => codec.decode(body, {})).toThrow(TypeError);
  });
  test.for(['{"metadata":{"data_encoding":"raw"}}', '{"metadata":{"data_encoding":"base64_gzip_json"},"data":7}'])(
    "refuses %s: it has no data",
    (body) => {
      expect(() => codec.decode(body, {})).toThrow("no data");
    },
  );
  test.for(["{}", "7", "null", '{"metadata":{"data_encoding":"rot13"},"data":"x"}', "no JSON"])(
    "refuses %s",
    (body) => {
      expect(() => codec.decode(body, {})).toThrow();
    },
  );
});

test("raw hands text and bytes through, and refuses the rest", () => {
  const bytes = new Uint8Array([1]);
  expect(raw().decode(raw().encode(bytes), {})).toBe(bytes);
  expect(() => raw().encode({})).toThrow(TypeError);
});
