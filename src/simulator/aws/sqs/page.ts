import { AwsError } from "../aws-error.ts";
import { type Input, number, optionalText } from "./input.ts";

/** A listing answers at most this many at once. */
const most = 1_000;

/** One page of names in their order. Without MaxResults there is no next page, as the API Reference says of NextToken. */
export function page(names: Iterable<string>, input: Input): { readonly items: string[]; readonly next: object } {
  const sorted = [...names].sort();
  const asked = number(input, "MaxResults", 1, most);
  const size = asked ?? most;
  const token = optionalText(input, "NextToken");
  const after = token === undefined ? "" : readToken(token);
  const rest = sorted.filter((name) => name > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  const more = asked !== undefined && last !== undefined && rest.length > size;
  return { items, next: more ? { NextToken: Buffer.from(`after ${last}`).toString("base64url") } : {} };
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (!text.startsWith("after ")) throw new AwsError("InvalidParameterValue", "Invalid or expired next token.");
  return text.slice("after ".length);
}
