import { wakefulError } from "../errors.ts";
import { tellValue } from "../options.ts";

export { formatDuration } from "../errors.ts";

/** A length of time: a number of milliseconds, or a text such as "250ms", "1.5s", "2m", "1h". Finite, not negative. */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

const factors = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const form = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)$/;

/**
 * Milliseconds of a duration. Throws `INVALID_DURATION` for anything else, naming the option (`where`).
 *
 * @example
 * milliseconds("1.5m", "within") === 90_000
 */
export function milliseconds(duration: Duration, where: string): number {
  if (typeof duration === "number" && Number.isFinite(duration) && duration >= 0) return duration;
  const parts = typeof duration === "string" ? form.exec(duration) : null;
  const length = parts === null ? Number.NaN : Number(parts[1]) * factors[parts[2] as keyof typeof factors];
  if (!Number.isFinite(length)) {
    const value = typeof duration === "string" ? duration : tellValue(duration);
    throw wakefulError("INVALID_DURATION", { value, where });
  }
  return length;
}
