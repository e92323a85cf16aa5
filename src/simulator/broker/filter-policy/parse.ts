import type { Condition, FilterPart, FilterPolicy, FilterScope, ValueTest } from "./filter-policy.ts";
import { cidr, equals, numeric, ofText, wildcard } from "./value-tests.ts";

const mostKeys = 5;
const mostCombinations = 150;
const largest = 262_144;
const mostWildcards = 3;
const deepest = 100;
const reserved = new Set([
  "prefix",
  "suffix",
  "anything-but",
  "exists",
  "equals-ignore-case",
  "numeric",
  "cidr",
  "wildcard",
]);

type Policy = Readonly<Record<string, unknown>>;

/** Reads a policy; undefined when it is empty and so asks for nothing. Throws a TypeError with AWS's reason. */
export function parseFilterPolicy(text: string, scope: FilterScope): FilterPolicy | undefined {
  if (Buffer.byteLength(text) > largest) throw new TypeError("Filter policy is too large");
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new TypeError("failed to parse JSON.");
  }
  if (!isPolicy(policy)) throw new TypeError("Filter policy must be a JSON object");
  if (Object.keys(policy).length > mostKeys)
    throw new TypeError(`Filter policy can not have more than ${mostKeys} keys`);
  if (combinationsOf(policy, scope, 1) > mostCombinations) throw new TypeError("Filter policy is too complex");
  const parts = partsOf(policy);
  return parts.length === 0 ? undefined : parts;
}

/** The number of values of each list, times the depth of its key, multiplied. */
function combinationsOf(policy: Policy, scope: FilterScope, depth: number): number {
  if (depth > deepest) throw new TypeError("Filter policy is too complex");
  return Object.entries(policy).reduce((product, [key, value]) => {
    if (isOr(key, value)) return product * value.reduce((sum, each) => sum + combinationsOf(each, scope, depth), 0);
    if (Array.isArray(value)) {
      if (value.length === 0) throw new TypeError("Empty arrays are not allowed");
      return product * value.length * depth;
    }
    if (!isPolicy(value)) throw new TypeError(`"${key}" must be an object or an array`);
    if (scope === "MessageAttributes")
      throw new TypeError("Filter policy scope MessageAttributes does not support nested filter policy");
    if (Object.keys(value).length === 0) throw new TypeError("Empty objects are not allowed");
    return product * combinationsOf(value, scope, depth + 1);
  }, 1);
}

function partsOf(policy: Policy): FilterPolicy {
  return Object.entries(policy).map(([key, value]): FilterPart => {
    if (isOr(key, value)) return { kind: "or", policies: value.map(partsOf) };
    if (Array.isArray(value)) return { kind: "key", key, conditions: value.map(conditionOf) };
    return { kind: "nested", key, policy: partsOf(value as Policy) };
  });
}

/** "$or" is an operator only with two alternatives at least, none of which has an operator's name for a key. */
function isOr(key: string, value: unknown): value is readonly Policy[] {
  return (
    key === "$or" &&
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((each: unknown) => isPolicy(each) && !Object.keys(each).some((name) => reserved.has(name)))
  );
}

function conditionOf(value: unknown): Condition {
  if (isSimple(value)) return { kind: "one", test: equals(value) };
  const [operator, operand] = onlyEntry(value, "Match value must be String, number, true, false, or null");
  if (operator === "exists") {
    if (typeof operand !== "boolean") throw new TypeError("exists match pattern must be either true or false.");
    return { kind: "exists", exists: operand };
  }
  if (operator === "anything-but") return { kind: "none", tests: excludedBy(operand) };
  if (operator === "numeric") return { kind: "one", test: numeric(operand) };
  return { kind: "one", test: textTest(operator, operand, `Unrecognized match type ${operator}`) };
}

function excludedBy(operand: unknown): readonly ValueTest[] {
  if (isPolicy(operand)) {
    const [operator, pattern] = onlyEntry(operand, "");
    const patterns: readonly unknown[] = Array.isArray(pattern) ? pattern : [pattern];
    if (operator === "cidr" || operator === "numeric")
      throw new TypeError(`Unsupported anything-but pattern: ${operator}`);
    return patterns.map((each) => textTest(operator, each, `Unsupported anything-but pattern: ${operator}`));
  }
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (values.length === 0) throw new TypeError("Empty arrays are not allowed");
  return values.map((value) => {
    if (typeof value !== "string" && typeof value !== "number")
      throw new TypeError("Inside anything but list, start|null|boolean is not supported.");
    return equals(value);
  });
}

function textTest(operator: string, pattern: unknown, unknownOperator: string): ValueTest {
  if (!reserved.has(operator)) throw new TypeError(unknownOperator);
  if (typeof pattern !== "string") throw new TypeError(`${operator} match pattern must be a string`);
  switch (operator) {
    case "prefix":
      return ofText((text) => text.startsWith(pattern));
    case "suffix":
      return ofText((text) => text.endsWith(pattern));
    case "equals-ignore-case": {
      const lower = pattern.toLowerCase();
      return ofText((text) => text.toLowerCase() === lower);
    }
    case "wildcard":
      if (pattern.split("*").length - 1 > mostWildcards)
        throw new TypeError(`A pattern can not have more than ${mostWildcards} wildcards`);
      return wildcard(pattern);
    case "cidr":
      return cidr(pattern);
    default:
      throw new TypeError(unknownOperator);
  }
}

function onlyEntry(value: unknown, otherwise: string): readonly [string, unknown] {
  if (!isPolicy(value)) throw new TypeError(otherwise);
  const [entry, ...more] = Object.entries(value);
  if (entry === undefined || more.length > 0) throw new TypeError("Only one key allowed in match expression");
  return entry;
}

function isSimple(value: unknown): value is string | number | boolean | null {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isPolicy(value: unknown): value is Policy {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
