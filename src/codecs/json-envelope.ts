import type { Codec } from "../contracts/index.ts";
import * as kind from "../kinds.ts";
import { checkOptions, type OptionKinds } from "../options.ts";
import { type Clock, systemClock } from "../time/index.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { compress, decompress } from "./compression.ts";

const compressedFrom = 60_000;
const protocol = "tomodachi-json-base--1.0.0";

export interface JsonEnvelopeOptions {
  /** Who sends, written into each envelope. */
  readonly service?: { readonly name: string; readonly uuid?: string };
  /** The topic's name, written into each envelope. */
  readonly topic?: string;
  /** Makes the ids of envelopes. Default: random UUIDs. */
  readonly uuid?: () => string;
  /** @internal */
  readonly clock?: Clock;
}

/** What both envelopes take. */
export const envelopeKinds: OptionKinds<JsonEnvelopeOptions> = {
  service: kind.anything,
  topic: kind.anyText,
  uuid: kind.callback,
  clock: kind.internal(kind.anything),
};
export const serviceKinds: OptionKinds<NonNullable<JsonEnvelopeOptions["service"]>> = {
  name: kind.needed(kind.text),
  uuid: kind.text,
};

/** What an envelope says, its data decompressed. */
export interface JsonEnvelope {
  /** Who sent it: `name`, `uuid`. */
  readonly service: Readonly<Record<string, unknown>>;
  /** `message_uuid`, `protocol_version`, `timestamp` (seconds since the epoch), `topic`, `data_encoding`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * The JSON-base envelope: `{ service, metadata, data }`. The data travels as it is, or, from 60,000 characters on,
 * compressed (zlib's format, whatever its name "base64_gzip_json" says) and in base64. `decode` gives the data;
 * `openEnvelope` gives the rest too.
 * Source: tomodachi's `envelope/json_base.py`, with which it exchanges messages in both directions.
 */
export function jsonEnvelope(options: JsonEnvelopeOptions = {}): Codec {
  checkOptions("jsonEnvelope()", options, envelopeKinds);
  if (options.service !== undefined) checkOptions("service of jsonEnvelope()", options.service, serviceKinds);
  const { clock = systemClock, topic = "", uuid = () => crypto.randomUUID() } = options;
  const service = { name: options.service?.name ?? "wakeful", uuid: options.service?.uuid ?? uuid() };
  return {
    name: "json envelope",
    encode(payload) {
      const data: string | undefined = JSON.stringify(payload);
      if (data === undefined) throw new TypeError(`JSON has no form for ${typeof payload}`);
      const compressed = data.length >= compressedFrom;
      return JSON.stringify({
        service,
        metadata: {
          message_uuid: `${service.uuid}.${uuid()}`,
          protocol_version: protocol,
          compatible_protocol_versions: [protocol],
          timestamp: clock.wall() / 1_000,
          topic,
          data_encoding: compressed ? "base64_gzip_json" : "raw",
        },
        data: compressed ? toBase64(compress(data)) : payload,
      });
    },
    decode: (body) => openEnvelope(body).data,
  };
}

/** Opens a JSON-base envelope, for tests of what it says around the data. Throws where the body is not one. */
export function openEnvelope(body: string | Uint8Array): JsonEnvelope {
  const value = JSON.parse(typeof body === "string" ? body : decoder.decode(body)) as Partial<JsonEnvelope> | null;
  const { service = {}, metadata = {}, data } = value ?? {};
  const encoding = metadata["data_encoding"];
  if (encoding === undefined) throw new TypeError("not an envelope: no metadata.data_encoding");
  if (encoding === "raw" && data !== undefined) return { service, metadata, data };
  if (encoding === "base64_gzip_json" && typeof data === "string") {
    return { service, metadata, data: JSON.parse(decoder.decode(decompress(fromBase64(data)))) as unknown };
  }
  throw new TypeError(
    encoding === "raw" || encoding === "base64_gzip_json"
      ? `the envelope has no data in the form of its data_encoding ${encoding}`
      : `unknown data_encoding ${JSON.stringify(encoding)}`,
  );
}
