import { absentFields, compare, fieldAt } from "../journal/index.ts";
import { similarNames } from "../text/index.ts";
import { fieldsInSchema } from "./schema-fields.ts";
import type { ScopeCore } from "./scope-core.ts";

/**
 * Why the silence of what a match asks for says nothing: it asks for a field that no event on the channel has ever had in this
 * harness, and one came that only lacks it, but has a field of a similar name. That name is probably meant, and then such
 * events came unseen. Undefined where nothing came that could tell: on a channel that was silent all the time, where what came
 * is of another kind, and where no name is similar, for the field may be one that events seldom have.
 */
export function unknownField(scope: ScopeCore, channel: string, match: unknown): string | undefined {
  const schema = scope.harness.declarations.get(channel)?.schema;
  // that it has those it knows was seen when the wait began
  const known = schema === undefined ? new Set<string>() : fieldsInSchema(schema, match);
  let never: readonly string[] | undefined;
  const payloads: unknown[] = [];
  for (const entry of scope.harness.journal.channel(channel)) {
    if (entry.kind !== "received") continue;
    const absent = absentFields(match, entry.payload).filter((path) => !known.has(path));
    never = never?.filter((path) => absent.includes(path)) ?? absent;
    if (never.length === 0) return undefined;
    payloads.push(entry.payload);
  }
  for (const payload of payloads) {
    if (!onlyLacks(match, payload, never ?? [])) continue;
    for (const field of never ?? []) {
      const name = fieldAt(field);
      const similar = similarNames(name, namesIn(payload)).find((each) => !containedByChance(name, each));
      if (similar === undefined) continue;
      const events = payloads.length === 1 ? "the event" : `none of the ${payloads.length} events`;
      const has = payloads.length === 1 ? "has no" : "has a";
      return `${events} that came on ${channel} ${has} field "${field}", so silence proves nothing: did you mean ${similar}?`;
    }
  }
  return undefined;
}

/** Whether it agrees in all that it has, and lacks nothing that another event had. */
function onlyLacks(match: unknown, payload: unknown, never: readonly string[]): boolean {
  return (
    typeof payload === "object" &&
    payload !== null &&
    compare(match, payload).differences.every(({ missing }) => missing) &&
    absentFields(match, payload).every((path) => never.includes(path))
  );
}

/** "id" in "paid": all that is alike is letters within a word. */
function containedByChance(one: string, other: string): boolean {
  const [short = "", long = ""] = [one, other].toSorted((a, b) => a.length - b.length);
  if (!long.toLowerCase().includes(short.toLowerCase()) || short.length * 2 > long.length) return false;
  const words = wordsIn(long);
  return !wordsIn(short).every((word) => words.includes(word));
}

/** "order", "id" of "order_id" and "orderId". */
function wordsIn(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
}

/** The names of all fields, at any depth that a payload is likely to have. */
function namesIn(value: unknown, depth = 0): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value) || depth > 4) return [];
  return Object.entries(value).flatMap(([name, part]) => [name, ...namesIn(part, depth + 1)]);
}
