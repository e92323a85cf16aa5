import { wakefulError } from "../../errors.ts";
import { type Duration, milliseconds } from "../../time/index.ts";

/** SQS counts in whole seconds: any other duration is refused, because "400ms" rounded down would mean "not at all". */
export function wholeSeconds(duration: Duration, option: string): number {
  const seconds = milliseconds(duration, option) / 1_000;
  if (Number.isInteger(seconds)) return seconds;
  throw wakefulError("INVALID_OPTION", {
    option,
    value: String(duration),
    expected: "whole seconds, as SQS counts them",
  });
}
