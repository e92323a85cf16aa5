/**
 * Protobuf's wire format, as far as an envelope needs it, and to tell whether bytes are a whole message.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */

/** How a field's content is written. What a group holds is skipped: nothing here has one. */
type Kind = "varint" | "fixed64" | "bytes" | "fixed32";

export interface WireField {
  readonly number: number;
  readonly kind: Kind;
  readonly content: Uint8Array;
}

const kinds: Readonly<Record<number, Kind>> = { 0: "varint", 1: "fixed64", 2: "bytes", 5: "fixed32" };
const widths = { fixed64: 8, fixed32: 4 } as const;
const groupStart = 3;
const groupEnd = 4;
const longestVarint = 10;
const largestTag = 0xffff_ffff;
const deepestGroup = 100;

/** The fields of a message, in their order. Throws where the bytes are cut off, or are none. */
export function readFields(bytes: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  const groups: number[] = [];
  let at = 0;

  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at)
      throw new TypeError(`not a whole protobuf message: cut off at byte ${bytes.length}`);
    return bytes.subarray(at, (at += length));
  };
  const refuse = (from: number, problem: string): never => {
    throw new TypeError(`not protobuf: ${problem} at byte ${from}`);
  };
  // exact up to 2 ** 53; no tag and no length can be larger
  const readVarint = (): number => {
    const from = at;
    let value = 0;
    for (let index = 0; index < longestVarint; index++) {
      const [byte = 0] = take(1);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    return refuse(from, "a number of more than ten bytes");
  };
  const readContent = (kind: Kind): Uint8Array => {
    if (kind === "bytes") return take(readVarint());
    if (kind !== "varint") return take(widths[kind]);
    const from = at;
    readVarint();
    return bytes.subarray(from, at);
  };

  while (at < bytes.length) {
    const from = at;
    const tag = readVarint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (number === 0 || tag > largestTag) refuse(from, "no such field number");
    const kind = kinds[type];
    if (kind !== undefined) {
      const content = readContent(kind);
      if (groups.length === 0) fields.push({ number, kind, content });
    } else if (type === groupStart) {
      if (groups.push(number) > deepestGroup) refuse(from, "groups nested too deeply");
    } else if (type !== groupEnd || groups.pop() !== number) {
      refuse(from, type === groupEnd ? "the end of another group" : `wire type ${type}`);
    }
  }
  if (groups.length > 0) throw new TypeError(`not a whole protobuf message: cut off at byte ${bytes.length}`);
  return fields;
}

/** A field of text, bytes or another message. An empty one is not written, as proto3 has it. */
export function bytesField(number: number, content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return bytes.length === 0 ? bytes : joined(tagOf(number, 2), varint(bytes.length), bytes);
}

/** A field of a floating-point number of 64 bits. */
export function doubleField(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return joined(tagOf(number, 1), bytes);
}

/** Parts one after the other: fields are a message. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function tagOf(number: number, type: number): Uint8Array {
  return varint(number * 8 + type);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Uint8Array.of(...bytes, rest);
}
