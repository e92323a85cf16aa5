import type { ChannelEntry, Journal } from "../journal/index.ts";

/** In a place: whichever element of a list. */
export const anyElement = Symbol("any element");

/** Where a field is: `["lines", anyElement, "sku"]`. */
export type Place = readonly (string | typeof anyElement)[];

/** What was found at a place so far. */
interface Found {
  readonly place: Place;
  readonly kinds: Set<string>;
  /** The sequence of the last event that was looked at. */
  upTo: number;
}

const deepestName = 5;
/** Payloads may have ids for names, and no end of them. */
const mostNames = 10_000;

/**
 * What the fields of one channel's events were like, of any test of the harness. Each event is looked at once for a place: `none()`
 * asks again and again, and events are many.
 */
export class FieldHistory {
  readonly #events: (from: number) => Iterable<ChannelEntry>;
  readonly #found = new Map<string, Found>();
  readonly #names = new Set<string>();
  #namesUpTo = 0;

  constructor(journal: Journal, channel: string) {
    this.#events = (from) => journal.channel(channel, from);
  }

  /** What kinds of values events had at a place; none where no event has ever had the field. */
  kindsAt(place: Place): ReadonlySet<string> {
    const key = JSON.stringify(place.map((step) => (step === anyElement ? 0 : step)));
    let found = this.#found.get(key);
    if (found === undefined) this.#found.set(key, (found = { place, kinds: new Set(), upTo: 0 }));
    for (const entry of this.#events(found.upTo + 1)) {
      found.upTo = entry.sequence;
      if (entry.kind === "received") for (const value of valuesAt(entry.payload, place)) found.kinds.add(kindOf(value));
    }
    return found.kinds;
  }

  /** The names of fields, the first 10,000, at any depth that a payload is likely to have. Not those within lists. */
  get names(): ReadonlySet<string> {
    for (const entry of this.#events(this.#namesUpTo + 1)) {
      this.#namesUpTo = entry.sequence;
      if (entry.kind !== "received") continue;
      for (const name of namesIn(entry.payload)) if (this.#names.size < mostNames) this.#names.add(name);
    }
    return this.#names;
  }
}

/** "string", "number", "date", "null", "list", "object", ... */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Date) return "date";
  return Array.isArray(value) ? "list" : typeof value;
}

/** The names of all fields, at any depth that a payload is likely to have. Not those within lists. */
export function namesIn(value: unknown, depth = 0): string[] {
  if (!isObject(value) || Array.isArray(value) || depth === deepestName) return [];
  return Object.keys(value).flatMap((name) => [name, ...namesIn(read(value, name), depth + 1)]);
}

function valuesAt(value: unknown, [step, ...rest]: Place): readonly unknown[] {
  if (step === undefined) return [value];
  if (step === anyElement) return Array.isArray(value) ? value.flatMap((each) => valuesAt(each, rest)) : [];
  return isObject(value) && step in value ? valuesAt(read(value, step), rest) : [];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The field's value, or what reading it threw. */
function read(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name];
  } catch (error) {
    return error;
  }
}
