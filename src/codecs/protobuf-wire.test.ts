/** Our reader and writer of protobuf's wire format, held to protobufjs. */
import * as fc from "fast-check";
import protobufjs from "protobufjs";
import { expect, test } from "vitest";
import { bytesField, doubleField, joined, readFields } from "./protobuf-wire.ts";

const { root } = protobufjs.parse(`
  syntax = "proto3";
  message Skipping { int32 one = 536870911; }
  message Part { string text = 1; bytes raw = 300; double number = 16; }
`);
// it has a field, one that no test writes: protobufjs 8.8.1 cannot skip groups in a type without any
const Skipping = root.lookupType("Skipping");
const Part = root.lookupType("Part");

const refuses = (read: () => unknown) => {
  try {
    read();
    return false;
  } catch {
    return true;
  }
};

/** What any message may hold: numbers, texts, groups in groups, in any order. */
const { message } = fc.letrec<{ message: Uint8Array; field: Uint8Array }>((tie) => {
  const tag = fc.integer({ min: 1, max: 2 ** 29 - 2 });
  const written = (write: (writer: protobufjs.Writer) => protobufjs.Writer) =>
    write(protobufjs.Writer.create()).finish();
  const start = (number: number, type: number) => ((number << 3) | type) >>> 0;
  return {
    field: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc
        .tuple(tag, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
        .map(([number, value]) =>
          written((writer) => writer.uint32(start(number, 0)).uint64(String(value) as unknown as number)),
        ),
      fc
        .tuple(tag, fc.double())
        .map(([number, value]) => written((writer) => writer.uint32(start(number, 1)).double(value))),
      fc
        .tuple(tag, fc.float())
        .map(([number, value]) => written((writer) => writer.uint32(start(number, 5)).float(value))),
      fc
        .tuple(tag, fc.uint8Array({ maxLength: 200 }))
        .map(([number, value]) => written((writer) => writer.uint32(start(number, 2)).bytes(value))),
      fc.tuple(tag, tie("message")).map(([number, inner]) =>
        joined(
          written((w) => w.uint32(start(number, 3))),
          inner,
          written((w) => w.uint32(start(number, 4))),
        ),
      ),
    ),
    message: fc.array(tie("field"), { maxLength: 5 }).map((fields) => joined(...fields)),
  };
});

test("reads the messages that protobufjs reads, and cut off ones as little as it", () => {
  fc.assert(
    fc.property(message, fc.nat(), (bytes, seed) => {
      expect(() => readFields(bytes)).not.toThrow();
      const cut = bytes.subarray(0, bytes.length === 0 ? 0 : seed % bytes.length);
      expect(refuses(() => readFields(cut))).toBe(refuses(() => Skipping.decode(cut)));
    }),
    { numRuns: 1_000 },
  );
});

test("refuses all bytes that protobufjs refuses", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      if (refuses(() => Skipping.decode(bytes))) expect(() => readFields(bytes)).toThrow(TypeError);
    }),
    { numRuns: 5_000 },
  );
});

test("writes what protobufjs reads, and reads what it writes", () => {
  const part = fc.record({
    text: fc.string({ unit: "grapheme" }),
    raw: fc.uint8Array({ maxLength: 300 }),
    number: fc.double(),
  });
  fc.assert(
    fc.property(part, ({ text, raw, number }) => {
      const written = joined(bytesField(1, text), bytesField(300, raw), doubleField(16, number));
      const read = Part.toObject(Part.decode(written), { defaults: true });
      expect({ text: read["text"] as unknown, number: read["number"] as unknown }).toEqual({ text, number });
      expect(new Uint8Array(read["raw"] as Uint8Array)).toEqual(raw);

      const fields = readFields(Part.encode({ text, raw, number }).finish());
      const content = (wanted: number) => fields.find((field) => field.number === wanted)?.content ?? new Uint8Array();
      expect(new TextDecoder().decode(content(1))).toBe(text);
      expect(new Uint8Array(content(300))).toEqual(raw);
    }),
  );
});

test.for([
  ["a number that does not end", [0x08, 0x80]],
  ["a length that does not fit", [0x0a, 5, 97, 98]],
  ["an enormous length", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ["a number of eleven bytes", [0x08, ...Array<number>(10).fill(0xff), 0x01]],
  ["a double of seven bytes", [0x09, 1, 2, 3, 4, 5, 6, 7]],
  ["field number 0", [0x00, 0x01]],
  ["a field number above 2 ** 29 - 1", [0x80, 0x80, 0x80, 0x80, 0x10, 0x01]],
  ["wire type 7", [0x0f]],
  ["a group that does not end", [0x0b, 0x08, 0x01]],
  ["the end of another group", [0x0b, 0x14]],
  ["the end of no group", [0x0c]],
  ["groups nested more than 100 deep", [...Array<number>(101).fill(0x0b), ...Array<number>(101).fill(0x0c)]],
] as [string, number[]][])("refuses %s", ([, bytes]) => {
  expect(() => readFields(Uint8Array.from(bytes))).toThrow(TypeError);
});
