import { isSecret, redacted } from "./redact.ts";

const deepest = 10;
const widest = 100;
const longestText = 10_000;

/** Any value as data that survives JSON: bounded, without cycles, secrets redacted. */
export function toPlain(value: unknown): unknown {
  return plain(value, deepest, new Set());
}

function plain(value: unknown, levels: number, above: ReadonlySet<object>): unknown {
  switch (typeof value) {
    case "string":
      return value.length <= longestText ? value : `${value.slice(0, longestText)}… (${value.length} characters)`;
    case "bigint":
      return `${value}n`;
    case "undefined":
      return "undefined";
    case "symbol":
    case "function":
      return String(value).slice(0, 200);
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? "-0" : String(value);
    case "boolean":
      return value;
    default:
      return value === null ? null : plainObject(value as object, levels, above);
  }
}

function plainObject(value: object, levels: number, above: ReadonlySet<object>): unknown {
  if (above.has(value)) return "[itself]";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  if (value instanceof Uint8Array)
    return `${value.byteLength} bytes: ${Buffer.from(value.subarray(0, 64)).toString("base64")}`;
  if (typeof (value as { asymmetricMatch?: unknown }).asymmetricMatch === "function") return String(value);
  if (levels === 0) return Array.isArray(value) ? "[…]" : "{…}";
  const inside = new Set(above).add(value);
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof Map)
    return plain(
      Object.fromEntries([...value].slice(0, widest).map(([key, part]) => [String(key), part as unknown])),
      levels,
      inside,
    );
  const parts: Iterable<unknown> | undefined = Array.isArray(value) ? value : value instanceof Set ? value : undefined;
  if (parts !== undefined) {
    const all = [...parts];
    const shown = all.slice(0, widest).map((part) => plain(part, levels - 1, inside));
    return all.length > widest ? [...shown, `… ${all.length - widest} more`] : shown;
  }
  const fields = Object.entries(value);
  const shown = fields
    .slice(0, widest)
    .map(([key, part]) => [key, isSecret(key) ? redacted : plain(part, levels - 1, inside)]);
  if (fields.length > widest) shown.push(["…", `${fields.length - widest} more`]);
  return Object.fromEntries(shown);
}
