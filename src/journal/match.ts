import { wakefulError } from "../errors.ts";
import { ask, type AsymmetricMatcher, containedIn, isMatcher } from "./matcher.ts";

const deepest = 64;

/** What a match can hold at a place: an object whose fields count, an array, or something compared as a whole. */
type Shape = "object" | "array" | "matcher" | "leaf";

export function shapeOf(value: unknown): Shape {
  if (isMatcher(value)) return "matcher";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object" || value === null) return "leaf";
  return value instanceof Date ||
    ArrayBuffer.isView(value) ||
    value instanceof RegExp ||
    value instanceof Map ||
    value instanceof Set
    ? "leaf"
    : "object";
}

/** "orders[0].order_id": the place of a field or an element. */
export function placeOf(path: string, part: string | number): string {
  if (typeof part === "number") return `${path}[${part}]`;
  return path === "" ? part : `${path}.${part}`;
}

/** "order_id" of "orders[0].order_id". */
export function fieldAt(place: string): string {
  return place.slice(place.lastIndexOf(".") + 1);
}

/**
 * Throws `INVALID_MATCH` for a match that would accept too much or nothing at all: `undefined` anywhere (a field that was
 * renamed, an id read from the wrong object), an object without fields, a function, a regular expression, a Map or a Set,
 * an invalid date; the same inside `objectContaining` and its like.
 */
export function checkMatch(match: unknown, channel: string): void {
  const refuse = (path: string, problem: string): never => {
    throw wakefulError("INVALID_MATCH", { channel, path, problem });
  };
  // what `objectContaining` holds is compared by equality: there an empty object says that it is empty
  const check = (value: unknown, path: string, depth: number, byEquality: boolean): void => {
    if (value === undefined) refuse(path, "undefined");
    if (typeof value === "function") refuse(path, "a function");
    if (value instanceof RegExp || (!byEquality && (value instanceof Map || value instanceof Set))) {
      refuse(
        path,
        `a ${value.constructor.name}: use a predicate, or an asymmetric matcher such as expect.stringMatching()`,
      );
    }
    if (value instanceof Date && Number.isNaN(value.getTime())) refuse(path, "an invalid date");
    if (depth > deepest) refuse(path, "an object that contains itself, or is nested too deeply");
    const contained = isMatcher(value) ? containedIn(value) : undefined;
    if (contained !== undefined) {
      const { name, sample } = contained;
      if (typeof sample === "object" && sample !== null && Object.keys(sample).length === 0 && !isMatcher(sample))
        refuse(path, `${name} of nothing`);
      check(sample, path, depth + 1, true);
    }
    const shape = shapeOf(value);
    // by index: holes count too
    if (shape === "array") {
      for (const [index, part] of (value as unknown[]).entries())
        check(part, placeOf(path, index), depth + 1, byEquality);
    }
    if (shape === "object" && !(byEquality && Object.keys(value as object).length === 0)) {
      const fields = Object.entries(value as object);
      if (fields.length === 0) refuse(path, "an empty object");
      for (const [key, part] of fields) check(part, placeOf(path, key), depth + 1, byEquality);
    }
  };
  check(match, "", 0, false);
}

/**
 * Whether a value has what the match says: objects by the fields of the match, arrays by length and element, leaves by
 * `Object.is`, dates by time, bytes by content, asymmetric matchers by their own judgement.
 *
 * Throws `INVALID_MATCH` for a matcher that answers with a promise, or anything else but true or false.
 */
export function matches(match: unknown, value: unknown, channel = "this wait"): boolean {
  return fits(match, value, "", (path, problem) => {
    throw wakefulError("INVALID_MATCH", { channel, path, problem });
  });
}

function fits(match: unknown, value: unknown, path: string, refuse: (path: string, problem: string) => never): boolean {
  switch (shapeOf(match)) {
    case "matcher":
      return ask(match as AsymmetricMatcher, value, (problem) => refuse(path, problem));
    case "array": {
      const expected = match as unknown[];
      return (
        Array.isArray(value) &&
        value.length === expected.length &&
        expected.every((part, index) => fits(part, value[index], placeOf(path, index), refuse))
      );
    }
    case "object":
      return (
        typeof value === "object" &&
        value !== null &&
        Object.entries(match as object).every(
          ([key, part]) =>
            key in value && fits(part, (value as Record<string, unknown>)[key], placeOf(path, key), refuse),
        )
      );
    case "leaf":
      return sameLeaf(match, value);
  }
}

function sameLeaf(expected: unknown, actual: unknown): boolean {
  if (expected instanceof Date) return actual instanceof Date && Object.is(expected.getTime(), actual.getTime());
  if (ArrayBuffer.isView(expected)) return ArrayBuffer.isView(actual) && sameBytes(expected, actual);
  return Object.is(expected, actual);
}

/** Bytes of any kind of bytes are the same; numbers of other widths must be of the same kind. */
function sameBytes(expected: ArrayBufferView, actual: ArrayBufferView): boolean {
  const bothBytes = expected instanceof Uint8Array && actual instanceof Uint8Array;
  if (!bothBytes && expected.constructor !== actual.constructor) return false;
  const [one, other] = [expected, actual].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  ) as [Uint8Array, Uint8Array];
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
