import { AwsError } from "../aws-error.ts";
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
  if (typeof value !== "string") throw wrongType(name, "a string");
  return value;
}

export function number(input: Input, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
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
  if (!Array.isArray(value)) throw wrongType(name, "a list");
  return value;
}

export function texts(input: Input, name: string): readonly string[] {
  const value = list(input, name);
  if (!value.every((part) => typeof part === "string")) throw wrongType(name, "a list of strings");
  return value;
}

/** A map whose values can be anything. */
export function map(input: Input, name: string): Readonly<Record<string, unknown>> {
  const value = input[name];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw wrongType(name, "a map");
  return value;
}

/** A map of strings to strings. */
export function textMap(input: Input, name: string): Readonly<Record<string, string>> {
  const value = map(input, name);
  if (!isTextMap(value)) throw wrongType(name, "a map of strings to strings");
  return value;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextMap(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, string>> {
  return Object.values(value).every((part) => typeof part === "string");
}

function wrongType(name: string, what: string): AwsError {
  return new AwsError("InvalidParameterValue", `Value for parameter ${name} is invalid. Reason: Must be ${what}.`);
}
