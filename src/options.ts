import { wakefulError } from "./errors.ts";
import { similarNames } from "./text/index.ts";

/** The names of all options that there are: true, or false for those of Wakeful's own tests, which users are not told of. */
export type OptionNames<Options> = Readonly<Record<keyof Options, boolean>>;

/**
 * Refuses an option that does not exist, and what is no options object at all. TypeScript does so where it sees the literal;
 * in JavaScript, and behind a cast, a typing error would be ignored: a wait would take the default, a fault hit everything.
 *
 * Throws `INVALID_OPTION`, which names the option that was meant, as far as one is similar, and all that there are.
 *
 * @param of for people: "settled()", "next on orders".
 * @param more names that are known only at run time.
 */
export function checkOptions(
  of: string,
  given: unknown,
  names: Readonly<Record<string, boolean>>,
  more: readonly string[] = [],
): void {
  if (given === undefined) return;
  if (!isOptions(given, names, more)) {
    const expected = `an object with some of: ${toldOf(names, more).join(", ")}`;
    throw wakefulError("INVALID_OPTION", { option: `The options of ${of}`, value: tellValue(given), expected });
  }
  for (const option of Object.keys(given)) {
    if (Object.hasOwn(names, option) || more.includes(option)) continue;
    const known = toldOf(names, more);
    throw wakefulError("INVALID_OPTION", { of, option, similar: similarNames(option, known), known });
  }
}

function toldOf(names: Readonly<Record<string, boolean>>, more: readonly string[]): string[] {
  return [...Object.keys(names).filter((name) => names[name] === true), ...more];
}

/** Options of a class of the user's are options; a signal, a map or a promise of them, in their place, would be ignored. */
function isOptions(
  given: unknown,
  names: Readonly<Record<string, boolean>>,
  more: readonly string[],
): given is Readonly<Record<string, unknown>> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return false;
  const prototype: unknown = Object.getPrototypeOf(given);
  // a plain object may be of another realm, and have another Object
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return plain || [...Object.keys(names), ...more].some((name) => name in given);
}

/** A value that was given in place of another, in a few words: never what it holds. */
export function tellValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object" || value === null) return String(value);
  const { constructor } = value;
  if (typeof constructor !== "function" || constructor === Object) return "an object";
  return `an object of the class ${constructor.name}`;
}
