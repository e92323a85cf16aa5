import { absentFields, compare } from "../journal/index.ts";
import { similarNames } from "../text/index.ts";
import { tellsItsFields } from "./schema-fields.ts";
import type { ScopeCore } from "./scope-core.ts";

/**
 * Why the silence of what a match asks for says nothing: it asks for a field that no event on the channel has ever had in this
 * harness, and one came that only lacks it, but has a field of a similar name. That name is probably meant, and then such
 * events came unseen. Undefined where nothing came that could tell: on a channel that was silent all the time, where what came
 * is of another kind, and where no name is similar, for the field may be one that events seldom have.
 */
export function unknownField(scope: ScopeCore, channel: string, match: unknown): string | undefined {
  const schema = scope.harness.declarations.get(channel)?.schema;
  // one that tells has been asked when the wait began
  if (schema !== undefined && tellsItsFields(schema)) return undefined;
  let never: readonly string[] | undefined;
  const payloads: unknown[] = [];
  for (const entry of scope.harness.journal.channel(channel)) {
    if (entry.kind !== "received") continue;
    const absent = absentFields(match, entry.payload);
    never = never?.filter((path) => absent.includes(path)) ?? absent;
    if (never.length === 0) return undefined;
    payloads.push(entry.payload);
  }
  for (const payload of payloads) {
    if (!onlyLacks(match, payload, never ?? [])) continue;
    for (const field of never ?? []) {
      const [similar] = similarNames(lastOf(field), namesIn(payload));
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

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** The names of all fields, at any depth that a payload is likely to have. */
function namesIn(value: unknown, depth = 0): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value) || depth > 4) return [];
  return Object.entries(value).flatMap(([name, part]) => [name, ...namesIn(part, depth + 1)]);
}
