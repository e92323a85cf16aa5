import { type Duration, milliseconds } from "../time/index.ts";
import { WrongUse } from "./command-failed.ts";

/** A length of time, as somebody typed it. `what` is what it is for: "--by", "advance". */
export function durationOf(text: string, what: string): Duration {
  if (/^\d+(\.\d+)?$/.test(text)) {
    throw new WrongUse(`${what}: ${text} has no unit. Write ${text}s for seconds, or ${text}ms, ${text}m, ${text}h.`);
  }
  try {
    milliseconds(text as Duration, what);
  } catch {
    // what it says is meant for code
    throw new WrongUse(
      `${what}: "${text}" is not a duration. Write it as 250ms, 1.5s, 2m or 1h: without a sign or a space.`,
    );
  }
  return text as Duration;
}

/** The number of a port. */
export function portOf(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535) {
    throw new WrongUse(`--port: "${text}" is not a port. Give a number up to 65535, such as 4566.`);
  }
  return Number(text);
}
