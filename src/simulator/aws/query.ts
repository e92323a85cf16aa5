import { randomUUID } from "node:crypto";
import { AwsError } from "./aws-error.ts";
import type { RequestHead } from "./request-head.ts";

const deepest = 20;

/** The AWS query protocol: parameters in a form, answers in XML. Source: AWS SNS API Reference, "Common parameters". */
export type QueryValue = string | readonly QueryValue[] | { readonly [name: string]: QueryValue };

/** A form: as it was sent, and its parameters. */
export interface Form {
  readonly text: string;
  readonly parameters: URLSearchParams;
}

/** It may be in the address as well as in the body. */
export function formOf({ search }: RequestHead, body: string): Form {
  const text = body === "" ? search : body;
  return { text, parameters: new URLSearchParams(text) };
}

/** Refuses what is no form. Source: AWS's "Common Errors". */
export function checkForm({ text }: Form): void {
  if (/%(?![0-9A-Fa-f]{2})/.test(text))
    throw new AwsError("MalformedQueryString", "The query string contains a syntax error.", { status: 404 });
}

/** The parts of a parameter's name. None is near as deep; what follows reads them level by level. */
export function stepsOf(name: string): string[] {
  const steps = name.split(".", deepest + 1);
  if (steps.length > deepest) throw new AwsError("MalformedInput", `A parameter has more than ${deepest} levels.`);
  return steps;
}

/** Reads `A.entry.1.Name=x` and `A.member.1=x` into objects and lists. */
export function parseForm({ parameters }: Form): Readonly<Record<string, QueryValue>> {
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of parameters) {
    const steps = stepsOf(key);
    let place = root;
    for (const step of steps.slice(0, -1)) {
      const inner = place[step];
      if (typeof inner === "object" && inner !== null) place = inner as Record<string, unknown>;
      else place = place[step] = Object.create(null) as Record<string, unknown>;
    }
    place[steps.at(-1) as string] = value;
  }
  return root as Readonly<Record<string, QueryValue>>;
}

/** The items of a list parameter (`member` or `entry`), in the order of their numbers. */
export function items(value: QueryValue | undefined): readonly QueryValue[] {
  if (typeof value !== "object" || Array.isArray(value)) return [];
  const inner = (value as Record<string, QueryValue>)["member"] ?? (value as Record<string, QueryValue>)["entry"];
  if (typeof inner !== "object") return [];
  return Object.entries(inner)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
}

/** An error as the query protocol carries it. Source: SQS Developer Guide, "Interpreting responses". */
export function errorXml(namespace: string, { status, queryCode, message }: AwsError): string {
  const type = status < 500 ? "Sender" : "Receiver";
  const error = `<Error><Type>${type}</Type><Code>${escapeXml(queryCode)}</Code><Message>${escapeXml(message)}</Message><Detail/></Error>`;
  const attribute = namespace === "" ? "" : ` xmlns="${namespace}"`;
  return `<?xml version="1.0"?><ErrorResponse${attribute}>${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Writes a result: lists as `member`, maps as `entry` where marked by `map()`. */
export function toXml(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof XmlMap) {
    return value.entries
      .map(([key, part]) => `<entry><key>${escapeXml(key)}</key><value>${escapeXml(part)}</value></entry>`)
      .join("");
  }
  if (Array.isArray(value)) return value.map((part) => `<member>${toXml(part)}</member>`).join("");
  if (typeof value === "object") {
    return Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => `<${name}>${toXml(part)}</${name}>`)
      .join("");
  }
  return escapeXml(String(value));
}

/** A map of strings, which the query protocol writes as entries. */
export class XmlMap {
  readonly entries: readonly (readonly [string, string])[];

  constructor(entries: Iterable<readonly [string, string]>) {
    this.entries = [...entries];
  }
}
