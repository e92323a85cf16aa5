import type { StandardSchema } from "../contracts/index.ts";
import { wakefulError } from "../errors.ts";
import * as kind from "../kinds.ts";

interface Call {
  /** "none", as the user called it. */
  readonly name: string;
  /** What stands before the match: "2" of `exactly(2, match)`. */
  readonly before?: string;
  readonly channel: string;
  readonly where: unknown;
  readonly options: unknown;
  readonly schema: StandardSchema | undefined;
}

/**
 * Refuses what stands in the place of a match and is none: `undefined`, in order to give options only, or the options
 * themselves, which would be awaited as fields of a payload.
 */
export function checkFirstArgument({ name, before, channel, where, options, schema }: Call): void {
  const isUndefined = where === undefined;
  if (!isUndefined && !(schema === undefined && options === undefined && isOptions(where))) return;
  const problem = isUndefined ? "undefined" : `${Object.keys(where as object).join(" and ")}, which are options`;
  const front = before === undefined ? "" : `${before}, `;
  const instead =
    isUndefined && options === undefined
      ? undefined
      : `${name}() takes ${before === undefined ? "" : "the count first, then "}what the events have to have, and the options last: ${name}(${front}{ id }, { … }). Of all events say ${name}(${front}() => true, { … })`;
  throw wakefulError("INVALID_MATCH", { channel, path: "", problem, ...(instead !== undefined && { instead }) });
}

/** Whether this is what options of a wait are. A payload of such values and no others is asked for by a predicate. */
function isOptions(where: unknown): boolean {
  if (typeof where !== "object" || where === null) return false;
  const given = Object.entries(where);
  return given.length > 0 && given.every(([option, value]) => Boolean(kinds[option]?.accepts(value)));
}

const kinds: Readonly<Record<string, kind.Kind>> = {
  within: { ...kind.duration, accepts: (value) => typeof value === "string" && /^[\d.]+(ms|s|m|h)$/.test(value) },
  since: kind.recordOf(kind.anything, "what send() resolved to"),
  signal: kind.signal,
};
