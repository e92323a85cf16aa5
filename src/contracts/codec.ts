import type { Attributes } from "./endpoint.ts";

/**
 * How a payload travels. A transport carries bodies as they are; the harness applies the channel's codec.
 * Any object with these three is one: a class with static methods, an instance, the app's own serializer. Codecs are pure (no
 * clock, no network) and synchronous.
 */
export interface Codec {
  /** Shown in reports, for example "json". */
  readonly name: string;
  /** Turns a payload into a body. Throws when it has no form for it: `send` is red as `ENCODING_FAILED`. */
  encode(payload: unknown): string | Uint8Array;
  /**
   * Turns a body into a payload, which is not undefined. Throws when the body is not of this form: the harness reports that, and
   * goes on.
   */
  decode(body: string | Uint8Array, attributes: Attributes): unknown;
}
