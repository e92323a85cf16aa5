import type { NewEntry } from "./entries.ts";

/** What an entry costs besides what was given to it: objects, index, view. Measured, rounded up. */
const overhead = 600;
/** What a value costs that is not looked into. */
const unseen = 100;
/** How many values of an entry are looked at. */
const looks = 1_000;
/** How many elements of one value are looked at: they are alike, mostly. */
const elements = 10;
/** How many fields of one value are looked at. */
const fields = 32;
const deepest = 6;

/**
 * An estimate of an entry's memory in bytes. Looks at a sample of bounded size, so that a huge payload costs no time, and
 * never throws.
 */
export function estimateSize(entry: NewEntry): number {
  switch (entry.kind) {
    case "received": {
      const raw = entry.raw === entry.payload ? 0 : sizeOf(entry.raw, looks, deepest);
      return overhead + sizeOf(entry.payload, looks, deepest) + raw + sizeOf(entry.attributes, looks, deepest);
    }
    case "refused": {
      const raw = entry.raw === entry.body ? 0 : sizeOf(entry.raw, looks, deepest);
      return overhead + sizeOf({ ...entry, raw: undefined }, looks, deepest) + raw;
    }
    case "sent":
      return overhead + sizeOf(entry.payload, looks, deepest) + sizeOf(entry.attributes, looks, deepest);
    default:
      return overhead + sizeOf(entry, looks, deepest);
  }
}

/** Looks at no more than `left` values below this one. */
function sizeOf(value: unknown, left: number, levels: number): number {
  if (typeof value === "string") return value.length * 2;
  if (typeof value !== "object" || value === null) return 8;
  if (left === 0 || levels === 0) return unseen;
  try {
    if (value instanceof Uint8Array) return value.byteLength;
    if (Array.isArray(value))
      return sizeOfParts(value.length, (index) => value[index] as unknown, elements, left, levels);
    if (value instanceof Map || value instanceof Set) {
      const parts = value.values();
      return sizeOfParts(value.size, () => parts.next().value as unknown, elements, left, levels);
    }
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
    const keys = Object.keys(value);
    const read = (index: number) => (value as Record<string, unknown>)[keys[index] as string];
    return 16 * keys.length + sizeOfParts(keys.length, read, fields, left, levels);
  } catch {
    // a revoked proxy, or a trap that throws
    return unseen;
  }
}

/** Looks at some of the parts, spread over all of them, and takes the others to be like them. */
function sizeOfParts(
  count: number,
  read: (index: number) => unknown,
  breadth: number,
  left: number,
  levels: number,
): number {
  const looked = Math.min(count, left, breadth);
  if (looked === 0) return 32;
  const each = Math.floor((left - looked) / looked);
  let sum = 0;
  for (let index = 0; index < looked; index++) {
    sum += sizeOfPart(read, Math.floor((index * count) / looked), each, levels - 1);
  }
  return 32 + (sum * count) / looked;
}

function sizeOfPart(read: (index: number) => unknown, index: number, left: number, levels: number): number {
  try {
    return sizeOf(read(index), left, levels);
  } catch {
    // a getter that throws
    return unseen;
  }
}
