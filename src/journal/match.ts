import { wakefulError } from "../errors.ts";

const deepest = 64;

/** What a match can hold at a place: an object whose fields count, an array, or something compared as a whole. */
type Shape = "object" | "array" | "matcher" | "leaf";

interface AsymmetricMatcher {
  asymmetricMatch(value: unknown): boolean;
}

function isMatcher(value: unknown): value is AsymmetricMatcher {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { asymmetricMatch?: unknown }).asymmetricMatch === "function"
  );
}

function shapeOf(value: unknown): Shape {
  if (isMatcher(value)) return "matcher";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object" || value === null) return "leaf";
  return value instanceof Date ||
    value instanceof Uint8Array ||
    value instanceof RegExp ||
    value instanceof Map ||
    value instanceof Set
    ? "leaf"
    : "object";
}

/**
 * Throws `INVALID_MATCH` for a match that would accept too much: `undefined` anywhere (a field that was renamed, an id read
 * from the wrong object), an object without fields, a function, a regular expression, a Map or a Set.
 */
export function checkMatch(match: unknown, channel: string): void {
  const refuse = (path: string, problem: string): never => {
    throw wakefulError("INVALID_MATCH", { channel, path, problem });
  };
  const check = (value: unknown, path: string, depth: number): void => {
    if (value === undefined) refuse(path, "undefined");
    if (typeof value === "function") refuse(path, "a function");
    if (value instanceof RegExp || value instanceof Map || value instanceof Set) {
      refuse(
        path,
        `a ${value.constructor.name}: use a predicate, or an asymmetric matcher such as expect.stringMatching()`,
      );
    }
    if (depth > deepest) refuse(path, "an object that contains itself, or is nested too deeply");
    const shape = shapeOf(value);
    if (shape === "array") (value as unknown[]).forEach((part, index) => check(part, `${path}[${index}]`, depth + 1));
    if (shape === "object") {
      const fields = Object.entries(value as object);
      if (fields.length === 0) refuse(path, "an empty object");
      for (const [key, part] of fields) check(part, path === "" ? key : `${path}.${key}`, depth + 1);
    }
  };
  check(match, "", 0);
}

/** One field in which a value is not what a match says. */
export interface Difference {
  /** "orders[0].order_id"; empty for the whole. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
  /** The value has no such field. */
  readonly missing: boolean;
}

/**
 * Whether a value has what the match says: objects by the fields of the match, arrays by length and element, leaves by
 * `Object.is`, dates by time, bytes by content, asymmetric matchers by their own judgement.
 */
export function matches(match: unknown, value: unknown): boolean {
  switch (shapeOf(match)) {
    case "matcher":
      return (match as AsymmetricMatcher).asymmetricMatch(value);
    case "array": {
      const expected = match as unknown[];
      return (
        Array.isArray(value) &&
        value.length === expected.length &&
        expected.every((part, index) => matches(part, value[index]))
      );
    }
    case "object":
      return (
        typeof value === "object" &&
        value !== null &&
        Object.entries(match as object).every(
          ([key, part]) => key in value && matches(part, (value as Record<string, unknown>)[key]),
        )
      );
    case "leaf":
      return sameLeaf(match, value);
  }
}

function sameLeaf(expected: unknown, actual: unknown): boolean {
  if (expected instanceof Date) return actual instanceof Date && Object.is(expected.getTime(), actual.getTime());
  if (expected instanceof Uint8Array) {
    return (
      actual instanceof Uint8Array &&
      expected.length === actual.length &&
      expected.every((byte, index) => byte === actual[index])
    );
  }
  return Object.is(expected, actual);
}

/** All fields in which a value is not what the match says, and how many were compared. */
export function compare(match: unknown, value: unknown): { differences: Difference[]; compared: number } {
  const differences: Difference[] = [];
  let compared = 0;
  const visit = (expected: unknown, actual: unknown, path: string, missing: boolean): void => {
    const shape = shapeOf(expected);
    if (shape === "object" && typeof actual === "object" && actual !== null && !Array.isArray(actual)) {
      for (const [key, part] of Object.entries(expected as object)) {
        visit(part, (actual as Record<string, unknown>)[key], path === "" ? key : `${path}.${key}`, !(key in actual));
      }
      return;
    }
    if (shape === "array" && Array.isArray(actual) && actual.length === (expected as unknown[]).length) {
      (expected as unknown[]).forEach((part, index) => visit(part, actual[index], `${path}[${index}]`, false));
      return;
    }
    compared++;
    if (missing || !matches(expected, actual)) differences.push({ path, expected, actual, missing });
  };
  visit(match, value, "", false);
  return { differences, compared };
}
