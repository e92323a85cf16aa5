const longestDecompressed = 64 * 1024 * 1024;

/** Loaded with the first large message: every import of the core passes by here. */
const zlib = () => process.getBuiltinModule("node:zlib");

/** In zlib's format. */
export function compress(data: string | Uint8Array): Uint8Array {
  return zlib().deflateSync(data);
}

/** What was compressed in zlib's format or gzip's. Throws where it is cut off, or longer than 64 MiB. */
export function decompress(data: Uint8Array): Uint8Array {
  return new Uint8Array(zlib().unzipSync(data, { maxOutputLength: longestDecompressed }));
}
