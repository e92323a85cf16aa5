import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { ValueTest } from "./filter-policy.ts";

type Bound = (value: number) => boolean;

export function equals(expected: string | number | boolean | null): ValueTest {
  return (value) => value === expected;
}

/** A test that looks at strings only. */
export function ofText(test: (text: string) => boolean): ValueTest {
  return (value) => typeof value === "string" && test(value);
}

/** `*` stands for any characters, also none. Backtracks at most to the last star, so that no pattern is slow. */
export function wildcard(pattern: string): ValueTest {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  return ofText((text) => {
    if (last === undefined) return text === first;
    if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
    let from = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, from);
      if (found < 0 || found + part.length > text.length - last.length) return false;
      from = found + part.length;
    }
    return true;
  });
}

/** Throws a TypeError with the reason when it is no network. */
export function cidr(network: string): ValueTest {
  const [address = "", bits = ""] = network.split("/");
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
  const most = family === "ipv4" ? 32 : 128;
  if (family === undefined || !/^\d{1,3}$/.test(bits) || Number(bits) > most)
    throw new TypeError(`Malformed CIDR, ${family === undefined ? "not an address" : "bad mask"}: ${network}`);
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return ofText((text) => (isIPv4(text) || isIPv6(text)) && list.check(text, isIPv4(text) ? "ipv4" : "ipv6"));
}

const bounds: Readonly<Record<string, (limit: number) => Bound>> = {
  "=": (limit) => (value) => value === limit,
  "<": (limit) => (value) => value < limit,
  "<=": (limit) => (value) => value <= limit,
  ">": (limit) => (value) => value > limit,
  ">=": (limit) => (value) => value >= limit,
};

/** `[">", 0, "<=", 150]`. Throws a TypeError with the reason. */
export function numeric(expression: unknown): ValueTest {
  if (!Array.isArray(expression)) throw new TypeError("Value of numeric must be an array.");
  const [operator, limit, secondOperator, secondLimit, ...more] = expression as readonly unknown[];
  const first = boundOf(operator, limit);
  if (expression.length === 2) return (value) => typeof value === "number" && first(value);
  if (operator !== ">" && operator !== ">=") throw new TypeError("Too many elements in numeric expression");
  if (secondOperator !== "<" && secondOperator !== "<=")
    throw new TypeError(`Bad numeric range operator: ${String(secondOperator)}`);
  const second = boundOf(secondOperator, secondLimit);
  if (more.length > 0) throw new TypeError("Too many terms in numeric range expression");
  if ((limit as number) >= (secondLimit as number)) throw new TypeError("Bottom must be less than top");
  return (value) => typeof value === "number" && first(value) && second(value);
}

function boundOf(operator: unknown, limit: unknown): Bound {
  if (typeof operator !== "string")
    throw new TypeError(`Invalid member in numeric match: ${operator === undefined ? "]" : JSON.stringify(operator)}`);
  const bound = Object.hasOwn(bounds, operator) ? bounds[operator] : undefined;
  if (bound === undefined) throw new TypeError(`Unrecognized numeric range operator: ${operator}`);
  if (typeof limit !== "number") throw new TypeError(`Value of ${operator} must be numeric`);
  return bound(limit);
}
