import { absentFields, compare, fieldAt, placeOf } from "../journal/index.ts";
import { similarNames } from "../text/index.ts";
import { anyElement, namesIn, type Place } from "./field-history.ts";
import { leavesOf } from "./match-leaves.ts";
import { fieldsInSchema } from "./schema-fields.ts";
import type { ScopeCore } from "./scope-core.ts";

/**
 * Why the silence of what a match asks for says nothing: it asks for a field that no event on the channel has ever had in this
 * harness, and one came that only lacks it, but has a field of a similar name. That name is probably meant, and then such
 * events came unseen. Undefined where nothing came that could tell: on a channel that was silent all the time, where what came
 * is of another kind, and where no name is similar, for the field may be one that events seldom have.
 */
export function unknownField(scope: ScopeCore, channel: string, match: unknown): string | undefined {
  const never = fieldsNeverSeen(scope, channel, match);
  const fields = [...new Set(never.map(({ field }) => field))];
  const paths = never.map(({ path }) => path);
  const names = scope.harness.fields.get(channel)?.names ?? new Set<string>();
  // most are like none, and then the events need not be looked through
  if (!fields.some((field) => similarName(field, names) !== undefined)) return undefined;
  const payloads = [...scope.harness.journal.channel(channel)].flatMap((entry) =>
    entry.kind === "received" ? [entry.payload] : [],
  );
  for (const payload of payloads) {
    if (!onlyLacks(match, payload, paths)) continue;
    for (const field of fields) {
      const similar = similarName(field, namesIn(payload));
      if (similar === undefined) continue;
      const events = payloads.length === 1 ? "the event" : `none of the ${payloads.length} events`;
      const has = payloads.length === 1 ? "has no" : "has a";
      return `${events} that came on ${channel} ${has} field "${field}", so silence proves nothing: did you mean ${similar}?`;
    }
  }
  return undefined;
}

/** A value that a match asks for in a field that no event has ever had. */
interface NeverSeen {
  /** Of the value: "refund.id". */
  readonly path: string;
  /** The field, or the outermost one around it that no event has had either: "refund". That one is compared with names. */
  readonly field: string;
}

/** Those that a match asks for. Not those that the schema has: that it has no others was seen when the wait began. */
function fieldsNeverSeen(scope: ScopeCore, channel: string, match: unknown): readonly NeverSeen[] {
  const { declarations, fields } = scope.harness;
  const schema = declarations.get(channel)?.schema;
  const known = schema === undefined ? new Set<string>() : fieldsInSchema(schema, match);
  return leavesOf(match).flatMap(({ path, place }) => {
    if (place.includes(anyElement)) return [];
    const steps = place.map((_, index) => place.slice(0, index + 1));
    const outermost = steps.find((part) => fields.get(channel)?.kindsAt(part).size === 0);
    if (outermost === undefined) return [];
    const field = pathOf(outermost);
    return known.has(field) ? [] : [{ path, field }];
  });
}

function pathOf(place: Place): string {
  return place.reduce<string>((path, step) => placeOf(path, String(step)), "");
}

/** The name that is meant by a field, as far as one is similar. */
function similarName(field: string, names: Iterable<string>): string | undefined {
  const name = fieldAt(field);
  const meant = [...names].filter((each) => !containedByChance(name, each));
  return similarNames(name, meant)[0];
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
