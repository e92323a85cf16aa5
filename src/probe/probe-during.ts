import { wakefulError } from "../errors.ts";
import { formatDuration, toSchedule } from "../time/index.ts";
import type { ProbeContext } from "./context.ts";
import { describeResult } from "./describe-result.ts";
import type { Attempt, ProbeOptions } from "./types.ts";
import { ProbeWait, timeFor } from "./wait.ts";

const defaultDuring = 3_000;

/** Looks all the time until the end, and fails at the first look that fails. At least two looks, the last at the end. */
export async function runProbeDuring(
  probe: (attempt: Attempt) => unknown,
  options: ProbeOptions & { readonly during?: ProbeOptions["within"]; readonly until?: (value: never) => unknown },
  context: ProbeContext,
  signal: AbortSignal,
  origin: () => string,
): Promise<unknown> {
  if (options.within !== undefined) {
    const expected = "during: how long it has to stay so";
    throw wakefulError("INVALID_OPTION", { option: "within", value: describeResult(options.within, 100), expected });
  }
  const schedule = toSchedule(options.interval);
  const { until } = options;
  const time =
    options.during === undefined
      ? { within: defaultDuring, source: "the default" }
      : timeFor(options.during, "during", context);
  using wait = new ProbeWait({ name: "probeDuring", probe, until, options, context, signal, origin, ...time });
  for (;;) {
    const last = wait.passed !== undefined;
    const look = await wait.look();
    if (look.outcome === "hung") throw await wait.hung(look);
    if (look.outcome !== "held") {
      const how = look.outcome === "threw" ? describeResult(look.result) : "until said no";
      const detail = `look ${look.number} of ${wait.what} failed after ${formatDuration(wait.elapsed)}: ${how}`;
      throw wait.red("NOT_HELD", detail, await wait.dump());
    }
    if (last) {
      const { cap } = wait.deadline;
      if (cap !== undefined) throw wait.notJudged(cap, "though it held until then", {});
      wait.green();
      return look.result;
    }
    await wait.rest(schedule({ number: look.number, elapsed: wait.elapsed, lastLook: wait.looker.lastTook }));
  }
}
