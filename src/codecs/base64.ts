/** Bytes as text for channels that carry only text: RFC 4648's standard alphabet, padded, in one line. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/**
 * The bytes of exactly that form. Throws for any other, such as its URL alphabet, line breaks or padding left out: Node
 * would skip what it does not know and read the rest, where a system in another language refuses it.
 */
export function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw new TypeError("not base64 (standard alphabet, padded, in one line)");
  // a plain copy: libraries treat a Buffer otherwise, and its memory is shared with others
  return new Uint8Array(bytes);
}
