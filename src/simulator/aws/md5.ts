import { createHash, hash } from "node:crypto";
import type { TypedAttributes } from "../broker/message.ts";

export function md5OfBody(body: string): string {
  return hash("md5", body);
}

/**
 * MD5 of message attributes, as SDKs check it.
 * Source: SQS Developer Guide, "Calculating the MD5 message digest for message attributes".
 */
export function md5OfAttributes(attributes: TypedAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash("md5");
  const add = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { dataType, stringValue, binaryValue } = attributes[name] as TypedAttributes[string];
    add(Buffer.from(name));
    add(Buffer.from(dataType));
    hash.update(Buffer.from([binaryValue === undefined ? 1 : 2]));
    add(binaryValue ?? Buffer.from(stringValue ?? ""));
  }
  return hash.digest("hex");
}
