import { wakefulError } from "../../errors.ts";
import { type Duration, milliseconds } from "../../time/index.ts";

/** Of a fault that does nothing when it takes no time, in milliseconds. Throws `INVALID_OPTION`. */
export function lengthOf(duration: Duration, option: string): number {
  const length = milliseconds(duration, option);
  if (length > 0) return length;
  throw wakefulError("INVALID_OPTION", { option, value: String(duration), expected: "more than 0" });
}
