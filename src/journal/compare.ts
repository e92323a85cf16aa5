import { matches, placeOf, shapeOf } from "./match.ts";

/** One field in which a value is not what a match says. */
export interface Difference {
  /** "orders[0].order_id"; empty for the whole. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
  /** The value has no such field. */
  readonly missing: boolean;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** How many fields were compared. */
  readonly compared: number;
  /** How many of those that agree are ids or keys. */
  readonly agreeingIds: number;
}

const idName = /^(id|uuid|guid|key)$|[_-](id|uuid|guid|key)$|[a-z0-9](Id|ID|Uuid|UUID|Guid|GUID|Key)$/;

/** Compares a value with a match, field by field. A matcher or a field that throws differs. */
export function compare(match: unknown, value: unknown): Comparison {
  const differences: Difference[] = [];
  let compared = 0;
  let agreeingIds = 0;
  const visit = (expected: unknown, actual: unknown, path: string, missing: boolean): void => {
    const shape = shapeOf(expected);
    if (shape === "object" && typeof actual === "object" && actual !== null && !Array.isArray(actual)) {
      for (const [key, part] of Object.entries(expected as object)) {
        visit(part, read(actual, key), placeOf(path, key), !(key in actual));
      }
      return;
    }
    // an empty array is compared as a whole
    if (
      shape === "array" &&
      Array.isArray(actual) &&
      actual.length > 0 &&
      actual.length === (expected as unknown[]).length
    ) {
      (expected as unknown[]).forEach((part, index) => {
        visit(part, actual[index], placeOf(path, index), false);
      });
      return;
    }
    compared++;
    if (missing || !agrees(expected, actual)) differences.push({ path, expected, actual, missing });
    else if (shape === "leaf" && idName.test(path.slice(path.lastIndexOf(".") + 1))) agreeingIds++;
  };
  visit(match, value, "", false);
  return { differences, compared, agreeingIds };
}

/** The field's value, or what reading it threw. */
function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch (error) {
    return error;
  }
}

function agrees(expected: unknown, actual: unknown): boolean {
  try {
    return matches(expected, actual);
  } catch {
    return false;
  }
}
