import { compare, type Difference } from "../journal/index.ts";
import { tellValue } from "../options.ts";
import { type FieldHistory, kindOf } from "./field-history.ts";
import { leavesOf } from "./match-leaves.ts";
import type { ScopeCore } from "./scope-core.ts";

/** Kinds of values that say the same in different types, as `12` and `"12"` do, or a date and its text. */
const plain = new Set(["string", "number", "boolean", "bigint", "date"]);

/**
 * Why the silence of what a match asks for says nothing: an event came that agrees in all, but for values that say the same and
 * are of another type, one of them of a type that no event on the channel has ever had there. Undefined where none did.
 */
export function valueOfOtherType(scope: ScopeCore, channel: string, match: unknown): string | undefined {
  const history = scope.harness.fields.get(channel);
  const strange = history === undefined ? new Set<string>() : placesOfStrangeTypes(history, match);
  if (strange.size === 0) return undefined;
  for (const entry of scope.harness.journal.channel(channel)) {
    if (entry.kind !== "received") continue;
    const { differences } = compare(match, entry.payload);
    const first = differences.find(({ path }) => strange.has(path));
    if (first === undefined || !differences.every(saysTheSame)) continue;
    const { path, expected, actual } = first;
    const came = `an event that came on ${channel} has the ${tell(actual)} as ${path || "payload"}`;
    return `${came}, and the match the ${tell(expected)}, so silence proves nothing`;
  }
  return undefined;
}

/** Where a match has a value of a type that events never had there: where they have had it, both may come. */
function placesOfStrangeTypes(history: FieldHistory, match: unknown): ReadonlySet<string> {
  const strange = leavesOf(match).filter(({ place, value }) => {
    const [kind, kinds] = [kindOf(value), history.kindsAt(place)];
    return plain.has(kind) && !kinds.has(kind) && [...kinds].some((other) => plain.has(other));
  });
  return new Set(strange.map(({ path }) => path));
}

function saysTheSame({ expected, actual, missing }: Difference): boolean {
  const [kind, other] = [kindOf(expected), kindOf(actual)];
  if (missing || kind === other || !plain.has(kind) || !plain.has(other)) return false;
  if (kind === "date" || other === "date") return timeOf(expected) === timeOf(actual);
  return String(expected) === String(actual);
}

/** Of a date, of its text, and of its milliseconds. Not a number where it is none of them. */
function timeOf(value: unknown): number {
  return value instanceof Date || typeof value === "string" || typeof value === "number"
    ? new Date(value).getTime()
    : Number.NaN;
}

/** "number 12", "date 2030-01-01T00:00:00.000Z". */
function tell(value: unknown): string {
  return value instanceof Date ? `date ${value.toISOString()}` : `${typeof value} ${tellValue(value)}`;
}
