import type { TypedAttributes } from "./message.ts";

type Condition = string | number | boolean | null | { readonly [operator: string]: unknown };

/** A filter policy on message attributes: every key must be met by one of its conditions. */
export type FilterPolicy = Readonly<Record<string, readonly Condition[]>>;

const operators = new Set(["prefix", "suffix", "anything-but", "exists", "equals-ignore-case"]);

/** Reads a policy; throws with the reason when it is not one that is understood here. */
export function parseFilterPolicy(text: string): FilterPolicy | undefined {
  const policy: unknown = JSON.parse(text);
  if (typeof policy !== "object" || policy === null || Array.isArray(policy)) throw new TypeError("not a JSON object");
  for (const [key, conditions] of Object.entries(policy)) {
    if (!Array.isArray(conditions)) throw new TypeError(`"${key}" is not a list of conditions`);
    for (const condition of conditions as unknown[]) {
      if (typeof condition !== "object" || condition === null) continue;
      const unknown = Object.keys(condition).find((operator) => !operators.has(operator));
      if (unknown !== undefined) throw new TypeError(`Unrecognized match type ${unknown}`);
    }
  }
  return Object.keys(policy).length === 0 ? undefined : (policy as FilterPolicy);
}

/** Whether a message with these attributes passes. */
export function passesFilter(policy: FilterPolicy | undefined, attributes: TypedAttributes): boolean {
  if (policy === undefined) return true;
  return Object.entries(policy).every(([key, conditions]) => {
    const attribute = attributes[key];
    const values = attribute?.stringValue === undefined ? [] : valuesOf(attribute.dataType, attribute.stringValue);
    return conditions.some((condition) => meets(condition, values, attribute !== undefined));
  });
}

function valuesOf(dataType: string, text: string): readonly unknown[] {
  if (dataType.startsWith("Number")) return [Number(text)];
  if (dataType !== "String.Array") return [text];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [list];
  } catch {
    // not a list after all: the text itself is the value
    return [text];
  }
}

function meets(condition: Condition, values: readonly unknown[], present: boolean): boolean {
  if (typeof condition !== "object" || condition === null) return values.includes(condition);
  return Object.entries(condition).every(([operator, operand]) => {
    const texts = values.filter((value) => typeof value === "string");
    switch (operator) {
      case "exists":
        return operand === present;
      case "prefix":
        return texts.some((text) => text.startsWith(String(operand)));
      case "suffix":
        return texts.some((text) => text.endsWith(String(operand)));
      case "equals-ignore-case":
        return texts.some((text) => text.toLowerCase() === String(operand).toLowerCase());
      default: {
        const excluded: unknown[] = Array.isArray(operand) ? operand : [operand];
        return present && values.some((value) => !excluded.some((each) => excludes(each, value)));
      }
    }
  });
}

function excludes(excluded: unknown, value: unknown): boolean {
  if (typeof excluded !== "object" || excluded === null) return excluded === value;
  return meets(excluded as Condition, [value], true);
}
