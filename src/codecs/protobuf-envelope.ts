import type { Codec } from "../contracts/index.ts";
import * as kind from "../kinds.ts";
import { checkOptions, type OptionKinds } from "../options.ts";
import { type Clock, systemClock } from "../time/index.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { compress, decompress } from "./compression.ts";
import { envelopeKinds, serviceKinds } from "./json-envelope.ts";
import { checkType, decodeMessage, encodeMessage, type ProtobufType } from "./protobuf-type.ts";
import { bytesField, doubleField, joined, readFields, type WireField } from "./protobuf-wire.ts";

const optionKinds: OptionKinds<ProtobufEnvelopeOptions> = { ...envelopeKinds, type: kind.needed(kind.anything) };
const compressedAbove = 60_000;
const protocol = "tomodachi-protobuf-base--1.0.0";
const decoder = new TextDecoder("utf-8", { fatal: true });

export interface ProtobufEnvelopeOptions {
  /** The type of the data. */
  readonly type: ProtobufType;
  /** Who sends, written into each envelope. */
  readonly service?: { readonly name: string; readonly uuid?: string };
  /** The topic's name, written into each envelope. */
  readonly topic?: string;
  /** Makes the ids of envelopes. Default: random UUIDs. */
  readonly uuid?: () => string;
  /** @internal */
  readonly clock?: Clock;
}

/** What a protobuf envelope says, its data decompressed and decoded. */
export interface ProtobufEnvelope {
  readonly service: { readonly name: string; readonly uuid: string };
  readonly metadata: {
    readonly message_uuid: string;
    readonly protocol_version: string;
    /** Seconds since the epoch. */
    readonly timestamp: number;
    readonly topic: string;
    readonly data_encoding: string;
  };
  readonly data: unknown;
}

/**
 * The protobuf-base envelope: who sent what, when and where, around a payload, as one protobuf message in base64. The data
 * travels as it is, or, above 60,000 bytes, compressed (zlib's format, whatever its name "gzip_proto" says). `decode` gives
 * the data; `openProtobufEnvelope` gives the rest too. Only the data's type is injected: for the envelope itself users need
 * no generated code.
 *
 * Payloads and bodies are refused as `protobuf` refuses them, and envelopes without a `data_encoding` that is known.
 *
 * Source: tomodachi's `envelope/protobuf_base.py` and `sns_sqs_message.proto`, with which it exchanges messages in both
 * directions.
 *
 * @throws `INVALID_OPTION` where `type` cannot encode and decode.
 * @example
 * ```ts
 * const codec = protobufEnvelope({ type: root.lookupType("Order"), service: { name: "shop" }, topic: "orders" });
 * const orders = aws.topic("orders", { codec });
 * ```
 */
export function protobufEnvelope(options: ProtobufEnvelopeOptions): Codec {
  checkOptions("protobufEnvelope()", options, optionKinds);
  const { type, clock = systemClock, topic = "", uuid = () => crypto.randomUUID() } = options;
  if (options.service !== undefined) checkOptions("service of protobufEnvelope()", options.service, serviceKinds);
  checkType(type, "protobufEnvelope({ type })");
  const service = { name: options.service?.name ?? "wakeful", uuid: options.service?.uuid ?? uuid() };
  return {
    name: "protobuf envelope",
    encode(payload) {
      const data = encodeMessage(type, payload);
      const compressed = data.length > compressedAbove;
      const metadata = joined(
        bytesField(1, `${service.uuid}.${uuid()}`),
        bytesField(2, protocol),
        doubleField(3, clock.wall() / 1_000),
        bytesField(4, topic),
        bytesField(5, compressed ? "gzip_proto" : "proto"),
      );
      return toBase64(
        joined(
          bytesField(1, joined(bytesField(1, service.name), bytesField(2, service.uuid))),
          bytesField(2, metadata),
          bytesField(3, compressed ? compress(data) : data),
        ),
      );
    },
    decode: (body) => openProtobufEnvelope(body, type).data,
  };
}

/**
 * Opens a protobuf-base envelope, for tests of what it says around the data. Throws a `TypeError` where the body is not
 * one, and what the type throws where its data is none of it.
 *
 * @example
 * ```ts
 * const event = await placed.next({ id });
 * const { metadata } = openProtobufEnvelope((event.raw as Message).Body ?? "", type);
 * expect(metadata.topic).toBe("orders");
 * ```
 */
export function openProtobufEnvelope(body: string | Uint8Array, type: ProtobufType): ProtobufEnvelope {
  const envelope = readFields(fromBase64(typeof body === "string" ? body : decoder.decode(body)));
  const service = readFields(bytesIn(envelope, 1));
  const metadata = readFields(bytesIn(envelope, 2));
  const encoding = textIn(metadata, 5);
  return {
    service: { name: textIn(service, 1), uuid: textIn(service, 2) },
    metadata: {
      message_uuid: textIn(metadata, 1),
      protocol_version: textIn(metadata, 2),
      timestamp: doubleIn(metadata, 3),
      topic: textIn(metadata, 4),
      data_encoding: encoding,
    },
    data: decodeMessage(type, openData(bytesIn(envelope, 3), encoding)),
  };
}

/** tomodachi wrote the two with base64 before it could carry bytes in the envelope, and still reads them. */
function openData(data: Uint8Array, encoding: string): Uint8Array {
  switch (encoding) {
    case "proto":
      return data;
    case "gzip_proto":
      return decompress(data);
    case "base64":
      return fromBase64(decoder.decode(data));
    case "base64_gzip_proto":
      return decompress(fromBase64(decoder.decode(data)));
    case "":
      throw new TypeError("not an envelope: no metadata.data_encoding");
    default:
      throw new TypeError(`unknown data_encoding ${JSON.stringify(encoding)}`);
  }
}

/** A message that comes in parts is the parts joined; of text and numbers the last counts. */
function bytesIn(fields: readonly WireField[], number: number): Uint8Array {
  return joined(...contentsOf(fields, number, "bytes"));
}

function textIn(fields: readonly WireField[], number: number): string {
  return decoder.decode(contentsOf(fields, number, "bytes").at(-1));
}

function doubleIn(fields: readonly WireField[], number: number): number {
  const bytes = contentsOf(fields, number, "fixed64").at(-1);
  return bytes === undefined ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
}

function contentsOf(fields: readonly WireField[], number: number, kind: WireField["kind"]): Uint8Array[] {
  return fields
    .filter((field) => field.number === number)
    .map((field) => {
      if (field.kind !== kind) throw new TypeError(`not an envelope: field ${number} is written as ${field.kind}`);
      return field.content;
    });
}
