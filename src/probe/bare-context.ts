import { UsageError, verdictError, VerdictError, verdictTexts } from "../errors.ts";
import { formatDuration, systemClock, WatchedPromise } from "../time/index.ts";
import type { ProbeContext, ProbeFailure } from "./context.ts";
import { describeResult } from "./describe-result.ts";

const defaultSla = 3_000;
const blockedEnoughToSay = 50;
const zero = "the start of the wait";

/** For probes outside any scope: real time, a plain report. */
export const bareContext: ProbeContext = {
  clock: systemClock,
  sla: defaultSla,
  slaSource: "the default",
  onBlocked: (length, description) => {
    process.emitWarning(
      `${description} blocked this process for ${formatDuration(length)}: nothing else ran meanwhile`,
      {
        type: "WakefulWarning",
        code: "WAKEFUL_PROBE_BLOCKS",
      },
    );
  },
  fail: plainFailure,
  // no scope ends that could tell of a wait that nobody awaited: so what is returned is a derived promise, which is loud
  start: (what, calledFrom, signal, wait) =>
    WatchedPromise.start({ what, calledFrom, signal }, async (combined, origin) => {
      try {
        return await wait(combined, origin);
      } catch (error) {
        // what the user sees first is the line of the test, not a line of ours
        if (error instanceof UsageError || error instanceof VerdictError)
          error.stack = `${error.name}: ${error.message}\n${origin()}`;
        throw error;
      }
    }).then((value) => value),
};

/** A probe's failure without a journal: headline, time, looks, hint. Its evidence has the shape of a scope's. */
function plainFailure(failure: ProbeFailure): Error {
  const { code, detail, what, waited, within, source, history, cause, dump, lateness, blocked } = failure;
  const { headline, hint } = verdictTexts(code, { detail });
  const seen = history.runs.map(({ result, times }) => ({ result: describeResult(result), times }));
  const shown = seen.length <= 6 ? seen : [...seen.slice(0, 3), ...seen.slice(-3)];
  const text = [
    describeResult(headline, 600),
    `  waited    ${formatDuration(waited)}; SLA ${formatDuration(within)} (${source}), counted from ${zero}`,
    ...(lateness !== undefined && lateness > blockedEnoughToSay
      ? [`  blocked   this process was blocked for ${formatDuration(lateness)}`]
      : []),
    ...(cause === undefined ? [] : [`  cause     ${describeResult(cause)}`]),
    ...(history.count === 0 ? [] : [`  looks     ${history.count}`]),
    ...shown.map(({ result, times }) => `              ${times} × ${result}`),
    ...(dump === undefined ? [] : [`  dump      ${describeResult(dump, 1_000)}`]),
    `  hint      ${hint}`,
  ].join("\n");
  const evidence = {
    code,
    headline,
    hint,
    scope: { name: "no scope", traceId: "" },
    awaited: { what },
    sla: { within, source, zero },
    waited,
    ...(lateness !== undefined && { lateness }),
    ...(blocked !== undefined && { blocked }),
    late: [],
    unexpected: [],
    others: [],
    looks: { count: history.count, first: seen[0]?.result, last: seen.at(-1)?.result, history: seen },
    systems: [],
    timeline: [],
    ...(cause !== undefined && { cause: describeResult(cause) }),
    ...(dump !== undefined && { dump: describeResult(dump, 1_000) }),
  };
  return verdictError(code, { detail, evidence }, { text, ...(cause !== undefined && { cause }), ...diffOf(cause) });
}

/** `actual` and `expected` of an assertion error, for the runner's own diff. */
export function diffOf(cause: unknown): { actual?: unknown; expected?: unknown } {
  if (typeof cause !== "object" || cause === null || !("actual" in cause) || !("expected" in cause)) return {};
  return { actual: cause.actual, expected: cause.expected };
}
