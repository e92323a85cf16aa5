import type { Codec } from "../contracts/index.ts";
import { type Clock, systemClock } from "../time/index.ts";

const compressedFrom = 60_000;
const longestDecompressed = 64 * 1024 * 1024;
const protocol = "tomodachi-json-base--1.0.0";

export interface JsonEnvelopeOptions {
  /** Who sends, written into each envelope. */
  readonly service?: { readonly name: string; readonly uuid?: string };
  /** The topic's name, written into each envelope. */
  readonly topic?: string;
  /** @internal */
  readonly clock?: Clock;
}

/** Loaded with the first large message: every import of the core passes by here. */
const zlib = () => process.getBuiltinModule("node:zlib");

interface Envelope {
  readonly metadata?: { readonly data_encoding?: unknown };
  readonly data?: unknown;
}

/**
 * The JSON-base envelope: `{ service, metadata, data }`. The data travels as it is, or, from 60,000 characters on,
 * compressed (zlib's format, whatever its name "base64_gzip_json" says) and in base64. `decode` gives the data.
 * Source: tomodachi's `envelope/json_base.py`, with which it exchanges messages in both directions.
 */
export function jsonEnvelope(options: JsonEnvelopeOptions = {}): Codec {
  const { clock = systemClock, topic = "" } = options;
  const service = { name: options.service?.name ?? "wakeful", uuid: options.service?.uuid ?? crypto.randomUUID() };
  return {
    name: "json envelope",
    encode(payload) {
      const data: string | undefined = JSON.stringify(payload);
      if (data === undefined) throw new TypeError(`JSON has no form for ${typeof payload}`);
      const compressed = data.length >= compressedFrom;
      return JSON.stringify({
        service,
        metadata: {
          message_uuid: `${service.uuid}.${crypto.randomUUID()}`,
          protocol_version: protocol,
          compatible_protocol_versions: [protocol],
          timestamp: clock.wall() / 1_000,
          topic,
          data_encoding: compressed ? "base64_gzip_json" : "raw",
        },
        data: compressed ? zlib().deflateSync(data).toString("base64") : payload,
      });
    },
    decode(body) {
      const text = typeof body === "string" ? body : Buffer.from(body).toString("utf8");
      const envelope = JSON.parse(text) as Envelope | null;
      const encoding = envelope?.metadata?.data_encoding;
      if (encoding === "raw") return envelope?.data;
      if (encoding === "base64_gzip_json" && typeof envelope?.data === "string") {
        const bytes = zlib().unzipSync(Buffer.from(envelope.data, "base64"), { maxOutputLength: longestDecompressed });
        return JSON.parse(bytes.toString("utf8")) as unknown;
      }
      throw new TypeError(
        encoding === undefined
          ? "not an envelope: no metadata.data_encoding"
          : `unknown data_encoding ${JSON.stringify(encoding)}`,
      );
    },
  };
}
