import type { Codec } from "../contracts/index.ts";

/** Bodies as they are: text or bytes in, the same out. */
export function raw(): Codec {
  return rawCodec;
}

const rawCodec: Codec = {
  name: "raw",
  encode(payload) {
    if (typeof payload === "string" || payload instanceof Uint8Array) return payload;
    throw new TypeError(`a raw body is text or bytes, not ${typeof payload}`);
  },
  decode: (body) => body,
};
