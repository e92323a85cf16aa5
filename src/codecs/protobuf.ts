import type { Codec } from "../contracts/index.ts";
import * as kind from "../kinds.ts";
import { checkOptions, type OptionKinds } from "../options.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { checkType, decodeMessage, encodeMessage, nameOf, type ProtobufType } from "./protobuf-type.ts";

export interface ProtobufOptions {
  /**
   * What the message's bytes travel as. "base64" (default) for channels of text: SNS and SQS carry no bytes in a body, and
   * services there write them in base64. "bytes" for brokers that carry bytes.
   */
  readonly body?: "base64" | "bytes";
}

const optionKinds: OptionKinds<ProtobufOptions> = { body: kind.oneOf("base64", "bytes") };
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * A payload as one protobuf message, by a type of the user's own library.
 *
 * `send` is red as `ENCODING_FAILED` for a payload that the type's `verify` refuses, with a field that the type does not
 * know, which libraries drop without a word, or with a number that they would cut to 32 bits. A body is refused, and told as `COULD_NOT_DECODE`, unless it is base64 of the
 * standard alphabet with its padding, and a whole message that the type reads. A message says neither its type nor that
 * fields at its end are missing: a `schema` on the channel judges what it says.
 *
 * On SQS a message of nothing but defaults cannot travel so: it has no bytes, and SQS takes no empty body. Where a system
 * keeps the bytes in a binary attribute instead, write a codec of your own: `decode` gets the attributes.
 *
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html ("The message body",
 * characters allowed), https://protobuf.dev/programming-guides/encoding/
 *
 * @throws `INVALID_OPTION` where `type` cannot encode and decode, and for options that do not exist.
 * @example
 * ```ts
 * const { root } = protobufjs.parse('syntax = "proto3"; message Order { string id = 1; int32 amount = 2; }');
 * const orders = aws.topic("orders", { codec: protobuf(root.lookupType("Order")), schema: Order });
 * ```
 */
export function protobuf(type: ProtobufType, options: ProtobufOptions = {}): Codec {
  checkType(type, "protobuf(type)");
  checkOptions("protobuf()", options, optionKinds);
  const asText = options.body !== "bytes";
  return {
    name: `protobuf ${nameOf(type)}`,
    encode(payload) {
      const bytes = encodeMessage(type, payload);
      return asText ? toBase64(bytes) : bytes;
    },
    decode(body) {
      if (asText) return decodeMessage(type, fromBase64(typeof body === "string" ? body : decoder.decode(body)));
      if (typeof body === "string") throw new TypeError('the body is text, where the codec says body: "bytes"');
      return decodeMessage(type, new Uint8Array(body));
    },
  };
}
