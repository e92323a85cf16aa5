import { placeOf, shapeOf } from "../journal/index.ts";
import { anyElement, type Place } from "./field-history.ts";

/** One value that a match asks for. */
export interface MatchLeaf {
  /** For people: "lines[0].sku". */
  readonly path: string;
  readonly place: Place;
  readonly value: unknown;
}

/** All values that a match asks for, with their places. */
export function leavesOf(match: unknown, path = "", place: Place = []): readonly MatchLeaf[] {
  switch (shapeOf(match)) {
    case "object":
      return Object.entries(match as object).flatMap(([key, part]) =>
        leavesOf(part, placeOf(path, key), [...place, key]),
      );
    case "array":
      return (match as unknown[]).flatMap((part, index) =>
        leavesOf(part, placeOf(path, index), [...place, anyElement]),
      );
    default:
      return [{ path, place, value: match }];
  }
}
