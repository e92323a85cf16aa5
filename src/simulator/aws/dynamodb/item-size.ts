import { isObject } from "../is-object.ts";

/**
 * What an item, or its key, weighs: its names and its values, in bytes. What is no item weighs nothing; it is refused elsewhere.
 * Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats".
 */
export function itemSize(item: unknown): number {
  if (!isObject(item)) return 0;
  let size = 0;
  for (const [name, value] of Object.entries(item)) size += Buffer.byteLength(name) + valueSize(value);
  return size;
}

/** A list and a map have three bytes of their own, and one for each that they hold. */
const around = 3;

function valueSize(value: unknown): number {
  const [[type, held] = ["", undefined]] = isObject(value) ? Object.entries(value) : [];
  switch (type) {
    case "S":
    case "N":
    case "B":
      return scalarSize(type, held);
    case "SS":
    case "NS":
    case "BS":
      return listOf(held).reduce<number>((sum, each) => sum + scalarSize(type, each), 0);
    case "L":
      return listOf(held).reduce<number>((sum, each) => sum + 1 + valueSize(each), around);
    case "M":
      return around + (isObject(held) ? Object.keys(held).length : 0) + itemSize(held);
    default:
      // true, false, and that there is none
      return 1;
  }
}

function scalarSize(type: string, value: unknown): number {
  const text = typeof value === "string" ? value : "";
  if (type.startsWith("S")) return Buffer.byteLength(text);
  if (type.startsWith("B")) return Buffer.byteLength(text, "base64");
  const digits = text
    .replace(/e.*$/i, "")
    .replace(/\D/g, "")
    .replace(/^0+|0+$/g, "").length;
  return Math.ceil(digits / 2) + 1;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
