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

/** A schedule from an `interval` option: itself, or the same rest each time. */
export function toSchedule(interval: Duration | Schedule | undefined): Schedule {
  if (interval === undefined) return defaultSchedule;
  if (typeof interval === "function") return interval;
  const rest = milliseconds(interval, "interval");
  return () => rest;
}
