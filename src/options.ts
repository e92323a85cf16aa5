import { wakefulError } from "./errors.ts";
import type { Kind } from "./kinds.ts";
import { similarNames } from "./text/index.ts";

/** All options that there are, and what the value of each has to be. */
export type OptionKinds<Options> = Readonly<Record<keyof Options, Kind>>;

/** What some options have to be, by name. */
export type Kinds = Readonly<Record<string, Kind>>;

/**
 * Refuses an option that does not exist, one whose value is of a wrong kind, and what is no options object at all. TypeScript
 * does so where it sees the literal; in JavaScript, and behind a cast, a typing error would be ignored: a wait would take the
 * default, a fault hit everything; and `allow: "no"` would mean yes.
 *
 * Throws `INVALID_OPTION`, which says what is expected, or names the option that was meant, as far as one is similar, and all
 * that there are.
 *
 * @param of for people: "settled()", "next on orders".
 * @param more names that are known only at run time, whose values are checked where they are used.
 */
export function checkOptions(of: string, given: unknown, kinds: Kinds, more: readonly string[] = []): void {
  if (given === undefined && !Object.values(kinds).some(({ needed }) => needed)) return;
  if (!isOptions(given, kinds, more)) {
    const expected = `an object with some of: ${toldOf(kinds, more).join(", ")}`;
    throw wakefulError("INVALID_OPTION", { option: `The options of ${of}`, value: tellValue(given), expected });
  }
  for (const option of Object.keys(given)) {
    if (Object.hasOwn(kinds, option) || more.includes(option)) continue;
    const known = toldOf(kinds, more);
    throw wakefulError("INVALID_OPTION", { of, option, similar: similarNames(option, known), known });
  }
  for (const [option, kind] of Object.entries(kinds)) {
    const value = given[option];
    if (value === undefined ? kind.needed !== true : kind.accepts(value)) continue;
    throw wakefulError("INVALID_OPTION", { of, option, value: tellValue(value), expected: kind.expected });
  }
}

/** Refuses an argument of a wrong kind, as `INVALID_OPTION`. `what` is for people: "topic(name)". */
export function checkArgument(what: string, value: unknown, { accepts, expected }: Kind): void {
  if (!accepts(value)) throw wakefulError("INVALID_OPTION", { option: what, value: tellValue(value), expected });
}

function toldOf(kinds: Kinds, more: readonly string[]): string[] {
  return [...Object.keys(kinds).filter((name) => kinds[name]?.internal !== true), ...more];
}

/** Options of a class of the user's are options; a signal, a map or a promise of them, in their place, would be ignored. */
function isOptions(given: unknown, kinds: Kinds, more: readonly string[]): given is Readonly<Record<string, unknown>> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return false;
  const prototype: unknown = Object.getPrototypeOf(given);
  // a plain object may be of another realm, and have another Object
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return plain || [...Object.keys(kinds), ...more].some((name) => name in given);
}

/** A value that was given in place of another, in a few words: never what it holds. */
export function tellValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Date && Number.isNaN(value.getTime())) return "an invalid date";
  const { constructor } = value;
  if (typeof constructor !== "function" || constructor === Object) return "an object";
  return `an object of the class ${constructor.name}`;
}
