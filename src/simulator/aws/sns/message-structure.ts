import type { Protocol } from "../../broker/topic.ts";
import { invalid } from "./errors.ts";

/** The message for each protocol: the same, or with the structure "json" the one under its name, else under "default". */
export function bodiesOf(message: string, structure: string | undefined): (protocol: Protocol) => string {
  if (structure === undefined) return () => message;
  if (structure !== "json") throw invalid("MessageStructure");
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    throw invalid("Message Structure - JSON message body failed to parse");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid("Message Structure - JSON message body failed to parse");
  // values that are not strings are ignored
  const bodies = new Map(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  const otherwise = bodies.get("default");
  if (otherwise === undefined) throw invalid("Message Structure - No default entry in JSON message body");
  return (protocol) => bodies.get(protocol) ?? otherwise;
}
