import type { TypedAttribute, TypedAttributes } from "../message.ts";
import type { Condition, FilterPolicy, FilterScope } from "./filter-policy.ts";

type Fields = Readonly<Record<string, unknown>>;

const nothing: Fields = {};
/** No list of lists goes deeper, so that no body overflows the stack. */
const deepestList = 100;

/** Whether a message passes. A body that is not a JSON object has no keys to filter on, and passes no policy on bodies. */
export function passesFilter(
  policy: FilterPolicy,
  scope: FilterScope,
  message: { readonly body: string; readonly attributes: TypedAttributes },
): boolean {
  if (scope === "MessageAttributes") return meets(policy, fieldsOf(message.attributes));
  const fields = readBody(message.body);
  return fields !== undefined && meets(policy, fields);
}

function meets(policy: FilterPolicy, fields: Fields): boolean {
  return policy.every((part) => {
    switch (part.kind) {
      case "or":
        return part.policies.some((each) => meets(each, fields));
      case "nested":
        return elementsOf(fieldOf(fields, part.key)).some((each) =>
          meets(part.policy, isFields(each) ? each : nothing),
        );
      case "key": {
        const present = Object.hasOwn(fields, part.key);
        const values = present ? leavesOf(fields[part.key]) : [];
        return part.conditions.some((condition) => meetsCondition(condition, values, present));
      }
    }
  });
}

function meetsCondition(condition: Condition, values: readonly unknown[], present: boolean): boolean {
  switch (condition.kind) {
    case "exists":
      return condition.exists === present;
    case "one":
      return values.some((value) => condition.test(value));
    case "none":
      return present && !values.some((value) => condition.tests.some((test) => test(value)));
  }
}

function fieldOf(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** What a nested policy is held against: each object of a list by itself; where there is none, nothing. */
function elementsOf(value: unknown): readonly unknown[] {
  const elements: readonly unknown[] = Array.isArray(value) ? value.flat(deepestList) : [value];
  return elements.length === 0 ? [nothing] : elements;
}

function leavesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flat(deepestList) : [value];
}

/** Attributes as values: binary ones are there, but have no value to compare. */
function fieldsOf(attributes: TypedAttributes): Fields {
  return Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, valueOf(attribute)]));
}

function valueOf({ dataType, stringValue }: TypedAttribute): unknown {
  if (stringValue === undefined) return [];
  if (dataType.startsWith("Number")) return Number(stringValue);
  if (dataType !== "String.Array") return stringValue;
  try {
    return JSON.parse(stringValue) as unknown;
  } catch {
    // not a list after all: the text itself is the value
    return stringValue;
  }
}

function readBody(body: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
