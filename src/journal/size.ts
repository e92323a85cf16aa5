import type { NewEntry } from "./entries.ts";

/** What an entry costs besides its payload: objects, index, view. Measured, rounded up. */
const overhead = 600;
const depth = 4;
const breadth = 100;

/** An estimate of an entry's memory in bytes. Looks at the first few levels only, so that a huge payload costs no time. */
export function estimateSize(entry: NewEntry): number {
  switch (entry.kind) {
    case "received":
    case "sent":
      return overhead + sizeOf(entry.payload, depth);
    case "refused":
      return overhead + sizeOf(entry.body, depth);
    case "look":
      return overhead + sizeOf(entry.result, 2);
    case "log":
      return overhead + entry.text.length * 2;
    default:
      return overhead;
  }
}

function sizeOf(value: unknown, levels: number): number {
  if (typeof value === "string") return value.length * 2;
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value !== "object" || value === null) return 8;
  if (levels === 0) return 100;
  if (Array.isArray(value)) {
    const sample = value.slice(0, breadth);
    const sum = sample.reduce((total: number, part) => total + sizeOf(part, levels - 1), 16);
    return sample.length === 0 ? sum : (sum * value.length) / sample.length;
  }
  let sum = 32;
  let looked = 0;
  for (const key in value) {
    if (++looked > breadth) break;
    sum += 16 + sizeOf((value as Record<string, unknown>)[key], levels - 1);
  }
  return sum;
}
