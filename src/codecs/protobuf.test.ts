import * as fc from "fast-check";
import protobufjs from "protobufjs";
import { describe, expect, test } from "vitest";
import { orderOfProtobufEs, orderOfProtobufjs } from "../../test/support/protobuf-types.ts";
import { protobuf, type ProtobufType } from "./index.ts";

const order = { id: "ü1", amount: -3, blob: new Uint8Array([0, 255]), lines: [{ sku: "a" }, { sku: "b" }] };

describe.for([
  ["protobufjs", orderOfProtobufjs],
  ["protobuf-es", orderOfProtobufEs],
] as [string, ProtobufType][])("a type of %s", ([, type]) => {
  const codec = protobuf(type);

  test("round trip, as base64 text", () => {
    const body = codec.encode(order);
    expect(body).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(codec.decode(body, {})).toMatchObject(order);
    expect(codec.decode(new TextEncoder().encode(body as string), {})).toMatchObject(order);
  });

  test("round trip, as bytes", () => {
    const asBytes = protobuf(type, { body: "bytes" });
    const body = asBytes.encode(order);
    expect(body).toEqual(new Uint8Array(Buffer.from(codec.encode(order) as string, "base64")));
    expect(asBytes.decode(Buffer.from(body), {})).toMatchObject(order);
    expect(() => asBytes.decode("text", {})).toThrow('body: "bytes"');
  });

  test("bytes in a payload are bytes, of whatever kind the body was", () => {
    for (const body of [Buffer.from("GgEB", "base64"), new Uint8Array([0x1a, 1, 1])]) {
      const { blob } = protobuf(type, { body: "bytes" }).decode(body, {}) as typeof order;
      expect(blob.constructor).toBe(Uint8Array);
    }
  });

  test("what was received can be sent again", () => {
    const body = codec.encode(order);
    expect(codec.encode(codec.decode(body, {}))).toBe(body);
  });

  test.for([
    [{ order_id: "a" }, "order_id"],
    [{ id: "a", lines: [{ sku: "a" }, { skew: "b" }] }, "lines.1.skew"],
  ] as [object, string][])("refuses to lose a field that the type does not know: %j", ([payload, place]) => {
    expect(() => codec.encode(payload)).toThrow(`Order has no field ${place}: it would be lost`);
  });

  test("defaults are no lost fields", () => {
    expect(codec.decode(codec.encode({ id: "", amount: 0, blob: new Uint8Array(), lines: [] }), {})).toMatchObject({
      id: "",
      amount: 0,
    });
  });

  test("a body that is cut off anywhere but between two fields is refused", () => {
    const bytes = protobuf(type, { body: "bytes" }).encode({ id: "abc", amount: 300, blob: new Uint8Array([9, 9]) });
    const whole = new Set([0, 5, 8, 12]);
    for (let length = 0; length < bytes.length; length++) {
      const cut = Buffer.from(bytes.slice(0, length) as Uint8Array);
      const decode = () => codec.decode(cut.toString("base64"), {});
      if (whole.has(length)) expect(decode).not.toThrow();
      else expect(decode, `cut after ${length} bytes`).toThrow("cut off");
    }
  });

  test.for([
    ["no base64 at all", "{ no protobuf"],
    ["the URL alphabet", "GgL_-w=="],
    ["without padding", "CgFh\nCgFhCg"],
    ["a line break", "CgFh\nCgFh"],
    ["a stray character", "CgFh!"],
    ["bits that do not count", "CgFhEB=="],
    ["no UTF-8", new Uint8Array([0xff])],
    ["protobuf of no such wire type", "Bw=="],
  ] as const)("refuses a body with %s", ([, body]) => {
    expect(() => codec.decode(body, {})).toThrow(TypeError);
  });

  test("any payload of the type comes back", () => {
    const blob = fc.uint8Array({ maxLength: 20 });
    const lines = fc.array(fc.record({ sku: fc.string({ unit: "grapheme" }) }), { maxLength: 4 });
    const orders = fc.record({ id: fc.string({ unit: "grapheme" }), amount: fc.integer(), blob, lines });
    fc.assert(
      fc.property(orders, (payload) => {
        const { id, amount, blob: bytes, lines: list } = codec.decode(codec.encode(payload), {}) as typeof order;
        expect({ id, amount, blob: bytes, lines: list }).toMatchObject(payload);
      }),
    );
  });
});

test("a message that is cut off is refused also where the library would read what there is", () => {
  const sparing: ProtobufType = {
    encode: (payload: string) => Uint8Array.of(0x0a, payload.length, ...Buffer.from(payload)),
    decode: (bytes) => new TextDecoder().decode(bytes.subarray(2, 2 + (bytes[1] ?? 0))),
  };
  const codec = protobuf(sparing, { body: "bytes" });
  const body = codec.encode("abc") as Uint8Array;
  expect(codec.decode(body, {})).toBe("abc");
  expect(() => codec.decode(body.subarray(0, 4), {})).toThrow("cut off");
});

test("the type's own check is asked: protobufjs would write another payload", () => {
  expect(() => protobuf(orderOfProtobufjs).encode({ id: 7 })).toThrow("Order: id: string expected");
});

test.for([
  [{ i: 2 ** 31 }, "i"],
  [{ i: 2 ** 40 }, "i"],
  [{ u: -1 }, "u"],
  [{ n: [1, 2 ** 33] }, "n.1"],
  [{ m: { k: { i: 2 ** 32 } } }, "m.k.i"],
] as [object, string][])("refuses a number that the library would cut to 32 bits: %j", ([payload, place]) => {
  const { root } = protobufjs.parse(`syntax = "proto3";
    message Numbers { int32 i = 1; uint32 u = 2; repeated int32 n = 3; map<string, Numbers> m = 4; float f = 5; }`);
  const codec = protobuf(root.lookupType("Numbers"));
  expect(() => codec.encode(payload)).toThrow(`Numbers: ${place} does not fit: `);
  // a float is rounded, which is no other number
  for (const fits of [{ i: -(2 ** 31), u: 2 ** 32 - 1 }, { f: 0.1 }, { f: 2 ** 24 + 1 }]) codec.encode(fits);
});

test("maps keep their keys, also those that the library renames", () => {
  const { root } = protobufjs.parse('syntax = "proto3"; message Stock { map<int64, int32> of = 1; }');
  expect(protobuf(root.lookupType("Stock")).encode({ of: { "5": 6 } })).toBe("CgQIBRAG");
});

test("a required field that is given under another name in what is read is not lost", () => {
  const renaming: ProtobufType = {
    encode: ({ order_id: id }: { order_id: string }) => {
      if (typeof id !== "string") throw new TypeError("no order_id");
      return orderOfProtobufjs.encode({ id });
    },
    decode: (bytes) => orderOfProtobufjs.decode(bytes),
  };
  expect(protobuf(renaming).encode({ order_id: "a" })).toBe("CgFh");
});

test("is told apart in reports by the type's name", () => {
  expect(protobuf(orderOfProtobufjs).name).toBe("protobuf Order");
  const { encode, decode } = orderOfProtobufEs;
  expect(protobuf({ encode, decode }).name).toBe("protobuf message");
});

test("refuses what is no type, a body of another name, and a type that writes no bytes", () => {
  for (const type of [undefined, null, {}, { encode: () => new Uint8Array() }, "Order"]) {
    expect(() => protobuf(type as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }) as Error);
  }
  expect(() => protobuf(orderOfProtobufjs, { body: "binary" as never })).toThrow('"base64" or "bytes"');
  const ofText = { encode: () => "text", decode: () => ({}) };
  expect(() => protobuf(ofText as never).encode({})).toThrow(TypeError);
});
