import { inspect, stripVTControlCharacters } from "node:util";
import { isError } from "./is-error.ts";

/**
 * What a look saw, on one bounded line without control characters: `AssertionError: expected 1 to be 2`, `{ orders: [] }`.
 * Never throws, whatever it is given.
 */
export function describeResult(result: unknown, limit = 300): string {
  const line = stripVTControlCharacters(rawText(result)).replace(/\p{Cc}+/gu, " ");
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

function rawText(result: unknown): string {
  try {
    if (isError(result)) return `${result.name}: ${result.message.split("\n", 1)[0]}`;
    if (typeof result === "string") return result;
    return inspect(result, { depth: 3, maxArrayLength: 20, maxStringLength: 200, breakLength: Infinity });
  } catch {
    // a getter or an own inspect method that throws: the type has to do
    return typeof result;
  }
}
