import type { Codec } from "../contracts/index.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Plain JSON: the default of every channel that carries bytes. */
export function json(): Codec {
  return jsonCodec;
}

const jsonCodec: Codec = {
  name: "json",
  encode(payload) {
    const text: string | undefined = JSON.stringify(payload);
    if (text === undefined) throw new TypeError(`JSON has no form for ${typeof payload}`);
    return text;
  },
  decode: (body) => JSON.parse(typeof body === "string" ? body : decoder.decode(body)) as unknown,
};
