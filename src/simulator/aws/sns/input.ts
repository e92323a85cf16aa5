import { items, type QueryValue } from "../query.ts";
import type { Input } from "./call.ts";
import { invalid } from "./errors.ts";

const pageSize = 100;

export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" ? value : undefined;
}

export function text(input: Input, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined) throw invalid(`${name} Reason: no value for required parameter`);
  return value;
}

/** The structures of a list. */
export function structures(value: QueryValue | undefined): readonly Input[] {
  return items(value).map((item) => (typeof item === "string" || Array.isArray(item) ? {} : (item as Input)));
}

/** The entries of a map, or the tags of a list. */
export function pairs(
  value: QueryValue | undefined,
  keyName: string,
  valueName: string,
): readonly (readonly [string, string])[] {
  return structures(value).map((entry) => [text(entry, keyName), optionalText(entry, valueName) ?? ""] as const);
}

/** One page of a list, and the token for the next. */
export function page<T>(all: readonly T[], input: Input): { shown: readonly T[]; next: string | undefined } {
  const token = optionalText(input, "NextToken");
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString() || Number.NaN);
  if (!Number.isInteger(start) || start < 0) throw invalid("NextToken");
  const more = start + pageSize < all.length;
  return {
    shown: all.slice(start, start + pageSize),
    next: more ? Buffer.from(String(start + pageSize)).toString("base64url") : undefined,
  };
}
