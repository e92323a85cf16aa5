import { placeOf, shapeOf } from "./match.ts";

/** The fields that a match asks for and a value does not have, whatever is in those that it has: "customer.name". */
export function absentFields(match: unknown, value: unknown, path = ""): readonly string[] {
  if (shapeOf(match) !== "object") return [];
  return Object.entries(match as object).flatMap(([key, part]) => {
    const place = placeOf(path, key);
    const has = typeof value === "object" && value !== null && key in value;
    if (shapeOf(part) === "object") {
      return absentFields(part, has ? (value as Record<string, unknown>)[key] : undefined, place);
    }
    return has ? [] : [place];
  });
}
