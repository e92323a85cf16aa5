import type { SchemaIssue } from "../contracts/index.ts";

/** A schema's issues for people: `orders[0].order_id: expected a string`. */
export function formatIssues(issues: readonly SchemaIssue[]): string[] {
  return issues.map(({ path, message }) => {
    const place = (path ?? [])
      .map((step) => (typeof step === "object" ? step.key : step))
      .reduce<string>(
        (text, key) =>
          typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
        "",
      );
    return place === "" ? message : `${place}: ${message}`;
  });
}
