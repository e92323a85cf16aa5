import { formatDuration, toSchedule } from "../time/index.ts";
import type { ProbeContext } from "./context.ts";
import type { Attempt, ProbeOptions } from "./types.ts";
import { ProbeWait, timeFor } from "./wait.ts";

/** Looks all the time until the end, and fails at the first look that fails. At least two looks, the last at the end. */
export async function runProbeDuring(
  probe: (attempt: Attempt) => unknown,
  options: ProbeOptions & { readonly during?: ProbeOptions["within"]; readonly until?: (value: never) => unknown },
  context: ProbeContext,
  signal: AbortSignal,
  origin: () => string,
): Promise<unknown> {
  const schedule = toSchedule(options.interval);
  const time =
    options.during === undefined
      ? { within: defaultDuring, source: "the default" }
      : timeFor(options.during, "during", context);
  using wait = new ProbeWait({ name: "probeDuring", probe, until: options.until, options, context, origin, ...time });
  const { looker, deadline } = wait;
  for (;;) {
    signal.throwIfAborted();
    const last = wait.passed !== undefined;
    const look = await wait.look(signal);
    const at = formatDuration(context.clock.now() - wait.startedAt);
    if (look.outcome === "hung") {
      throw wait.red(
        "HUNG",
        `look ${look.number} of ${wait.what} did not end within ${formatDuration(look.took)}`,
        await wait.dump(),
      );
    }
    if (look.outcome !== "held") {
      const how = look.outcome === "threw" ? String(look.result) : "until said no";
      throw wait.red("NOT_HELD", `look ${look.number} of ${wait.what} failed after ${at}: ${how}`, await wait.dump());
    }
    if (last) {
      if (deadline.cap === undefined) return look.result;
      throw wait.red("NOT_JUDGED", `${deadline.cap.name} came before the ${formatDuration(wait.within)} were over`);
    }
    await wait.rest(
      schedule({ number: look.number, elapsed: context.clock.now() - wait.startedAt, lastLook: looker.lastTook }),
      signal,
    );
  }
}

const defaultDuring = 3_000;
