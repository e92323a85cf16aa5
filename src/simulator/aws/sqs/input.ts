import { AwsError, frameworkError } from "../aws-error.ts";
import { isObject } from "../is-object.ts";
import { missing } from "./errors.ts";

/** Parameters of an action, as JSON gives them: anything. */
export type Input = Readonly<Record<string, unknown>>;

export function text(input: Input, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined) throw missing(name);
  return value;
}

export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw wrongType(value, "a String");
  return value;
}

export function number(input: Input, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw wrongType(value, "an Integer");
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new AwsError(
      "InvalidParameterValue",
      `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be >= ${least} and <= ${most}, if provided.`,
    );
  }
  return value;
}

export function list(input: Input, name: string): readonly unknown[] {
  const value = input[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw expected("list or null");
  return value;
}

export function texts(input: Input, name: string): readonly string[] {
  const value = list(input, name);
  if (!value.every((part) => typeof part === "string"))
    throw wrongType(
      value.find((part) => typeof part !== "string"),
      "a String",
    );
  return value;
}

/** A map whose values can be anything. */
export function map(input: Input, name: string): Readonly<Record<string, unknown>> {
  const value = input[name];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw expected("null");
  return value;
}

/** A map of strings to strings. */
export function textMap(input: Input, name: string): Readonly<Record<string, string>> {
  const value = map(input, name);
  if (!isTextMap(value))
    throw wrongType(
      Object.values(value).find((part) => typeof part !== "string"),
      "a String",
    );
  return value;
}

function isTextMap(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, string>> {
  return Object.values(value).every((part) => typeof part === "string");
}

/** A value of another JSON type than AWS's model says, in the words of its parser. */
function wrongType(value: unknown, wanted: string): AwsError {
  if (typeof value === "object") return malformed("Start of structure or map found where not expected.");
  const found = typeof value === "boolean" ? String(value) : typeof value;
  return malformed(`${found.toUpperCase()}_VALUE can not be converted to ${wanted}`);
}

function expected(what: string): AwsError {
  return malformed(`Expected ${what}`);
}

function malformed(message: string): AwsError {
  return frameworkError("SerializationException", message, { queryCode: "MalformedInput" });
}
