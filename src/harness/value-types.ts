import { compare, type Difference } from "../journal/index.ts";
import { tellValue } from "../options.ts";
import type { ScopeCore } from "./scope-core.ts";

/**
 * Why the silence of what a match asks for says nothing: an event came that agrees in all, but for values that are written alike
 * and are of another type, as `12` and `"12"` are. Undefined where none did.
 */
export function valueOfOtherType(scope: ScopeCore, channel: string, match: unknown): string | undefined {
  for (const entry of scope.harness.journal.channel(channel)) {
    if (entry.kind !== "received") continue;
    const { differences } = compare(match, entry.payload);
    const [first] = differences;
    if (first === undefined || !differences.every(isWrittenAlike)) continue;
    const { path, expected, actual } = first;
    const came = `an event that came on ${channel} has the ${typeof actual} ${tellValue(actual)} as ${path || "payload"}`;
    return `${came}, and the match the ${typeof expected} ${tellValue(expected)}, so silence proves nothing`;
  }
  return undefined;
}

function isWrittenAlike({ expected, actual, missing }: Difference): boolean {
  return (
    !missing &&
    typeof expected !== typeof actual &&
    isPlain(expected) &&
    isPlain(actual) &&
    String(expected) === String(actual)
  );
}

function isPlain(value: unknown): value is string | number | boolean | bigint {
  return ["string", "number", "boolean", "bigint"].includes(typeof value);
}
