import { formatDuration, toSchedule } from "../time/index.ts";
import type { ProbeContext } from "./context.ts";
import { describeResult } from "./describe-result.ts";
import type { Attempt, ProbeOptions } from "./types.ts";
import { ProbeWait, timeFor } from "./wait.ts";

/** Looks until the probe no longer throws (or `until` says yes), and returns what it saw. */
export async function runProbeUntil(
  probe: (attempt: Attempt) => unknown,
  options: ProbeOptions & { readonly until?: (value: never) => unknown },
  context: ProbeContext,
  signal: AbortSignal,
  origin: () => string,
): Promise<unknown> {
  const schedule = toSchedule(options.interval);
  const { until } = options;
  const time = timeFor(options.within, "within", context);
  using wait = new ProbeWait({ name: "probeUntil", probe, until, options, context, signal, origin, ...time });
  const { looker, deadline, within, what } = wait;
  for (;;) {
    const last = wait.passed !== undefined;
    const look = await wait.look();
    if (look.outcome === "hung") throw await wait.hung(look);
    if (look.outcome === "held" && look.late === undefined) {
      wait.green(within);
      return look.result;
    }
    if (look.outcome === "held") {
      const detail = `look ${look.number} of ${what} held, but ended ${formatDuration(look.late ?? 0)} too late`;
      throw wait.red("SLA_VIOLATED", detail, await wait.dump());
    }
    // without any time one look is all there is
    if (last || within === 0 || look.late !== undefined) break;
    await wait.rest(schedule({ number: look.number, elapsed: wait.elapsed, lastLook: looker.lastTook }));
  }
  const looks = `${looker.number} ${looker.number === 1 ? "look" : "looks"}`;
  const dump = await wait.dump();
  if (deadline.cap !== undefined) throw wait.notJudged(deadline.cap, `after ${looks}`, dump);
  if (looker.probeMayBeWrong)
    throw wait.red("PROBE_WRONG", `${looks}, all ended by ${describeResult(looker.lastError)}`, dump);
  const blocked =
    looker.blocked === undefined ? "" : `; the probe blocked this process for ${formatDuration(looker.blocked)}`;
  throw wait.red("SLA_VIOLATED", `${what} did not hold within ${formatDuration(within)} (${looks}${blocked})`, dump);
}
