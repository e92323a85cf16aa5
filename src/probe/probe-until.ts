import { formatDuration, toSchedule } from "../time/index.ts";
import type { ProbeContext } from "./context.ts";
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
  const time = timeFor(options.within, "within", context);
  using wait = new ProbeWait({ name: "probeUntil", probe, until: options.until, options, context, origin, ...time });
  const { looker, deadline } = wait;
  for (;;) {
    signal.throwIfAborted();
    const last = wait.passed !== undefined;
    const look = await wait.look(signal);
    if (look.outcome === "held") return look.result;
    if (look.outcome === "hung") {
      throw wait.red(
        "HUNG",
        `look ${look.number} of ${wait.what} did not end within ${formatDuration(look.took)}`,
        await wait.dump(),
      );
    }
    if (last) break;
    const elapsed = context.clock.now() - wait.startedAt;
    const rest = schedule({ number: look.number, elapsed, lastLook: looker.lastTook });
    // past the deadline only the deadline itself can wake the wait: events bring no further looks
    do await wait.rest(rest, signal);
    while (deadline.remaining() <= 0 && wait.passed === undefined);
  }
  const looks = `${looker.number} ${looker.number === 1 ? "look" : "looks"}`;
  const dump = await wait.dump();
  if (deadline.cap !== undefined) {
    throw wait.red(
      "NOT_JUDGED",
      `${deadline.cap.name} came before the SLA of ${formatDuration(wait.within)}, after ${looks}`,
      dump,
    );
  }
  if (looker.probeMayBeWrong) throw wait.red("PROBE_WRONG", `${looks}, all ended by ${String(looker.lastError)}`, dump);
  const blocked =
    looker.blocked === undefined ? "" : `; the probe blocked this process for ${formatDuration(looker.blocked)}`;
  throw wait.red(
    "SLA_VIOLATED",
    `${wait.what} did not hold within ${formatDuration(wait.within)} (${looks}${blocked})`,
    dump,
  );
}
