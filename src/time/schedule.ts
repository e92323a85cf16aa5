import { wakefulError } from "../errors.ts";
import { type Duration, milliseconds } from "./duration.ts";

/**
 * How long to rest before the next look, in milliseconds.
 * `number`: the look just made, from 1; `elapsed`: ms since the wait began; `lastLook`: how long that look took, ms.
 */
export type Schedule = (look: { number: number; elapsed: number; lastLook: number }) => number;

/**
 * The default: 5 % of the time already waited, so that the delay in noticing stays small beside the wait itself; never
 * less than the probe's own duration, so that a slow probe is busy at most half of the time; between 1 and 40 ms.
 */
export const defaultSchedule: Schedule = ({ elapsed, lastLook }) => Math.min(40, Math.max(1, elapsed * 0.05, lastLook));

/**
 * A schedule from an `interval` option: the same rest each time, or the user's own function, whose results are checked.
 * Infinity is a rest too: then only events bring looks, and the deadline.
 */
export function toSchedule(interval: Duration | Schedule | undefined): Schedule {
  if (interval === undefined) return defaultSchedule;
  if (typeof interval !== "function") {
    const rest = milliseconds(interval, "interval");
    return () => rest;
  }
  return (look) => {
    const rest: unknown = interval(look);
    if (typeof rest === "number" && rest >= 0) return rest;
    throw wakefulError("INVALID_OPTION", {
      option: "interval",
      value: `its result for look ${look.number} (${String(rest)})`,
      expected: "milliseconds, not negative",
    });
  };
}
