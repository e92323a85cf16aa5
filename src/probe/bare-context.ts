import { verdictError, verdictTexts } from "../errors.ts";
import { systemClock, WatchedPromise } from "../time/index.ts";
import type { ProbeContext, ProbeFailure } from "./context.ts";

const defaultSla = 3_000;

/** For probes outside any scope: real time, a plain report. */
export const bareContext: ProbeContext = {
  clock: systemClock,
  sla: defaultSla,
  slaSource: "the default",
  fail: plainFailure,
  start: (what, calledFrom, signal, wait) => WatchedPromise.start({ what, calledFrom, signal }, wait),
};

/** A probe's failure without a journal: headline, looks, hint. */
function plainFailure({ code, detail, what, within, source, history, cause, dump, lateness }: ProbeFailure): Error {
  const { headline, hint } = verdictTexts(code, { detail });
  const seen = history.runs.map(({ result, times }) => `    ${times} × ${describe(result)}`);
  const text = [
    headline,
    ...(history.count > 0 ? [`  looks     ${history.count}`, ...seen.slice(0, 3), ...seen.slice(3).slice(-3)] : []),
    ...(lateness !== undefined && lateness > 50
      ? [`  blocked   this process was blocked for ${Math.round(lateness)} ms`]
      : []),
    ...(dump === undefined ? [] : [`  dump      ${describe(dump)}`]),
    `  hint      ${hint}`,
  ].join("\n");
  const evidence = {
    what,
    within,
    source,
    looks: history.count,
    first: describe(history.first),
    last: describe(history.last),
  };
  const diff = diffOf(cause);
  return verdictError(code, { detail, evidence }, { text, ...(cause !== undefined && { cause }), ...diff });
}

/** `actual` and `expected` of an assertion error, for the runner's own diff. */
export function diffOf(cause: unknown): { actual?: unknown; expected?: unknown } {
  if (typeof cause !== "object" || cause === null || !("actual" in cause) || !("expected" in cause)) return {};
  return { actual: cause.actual, expected: cause.expected };
}

function describe(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message.split("\n")[0]}`.slice(0, 300);
  try {
    return (typeof value === "string" ? value : (JSON.stringify(value) ?? String(value))).slice(0, 300);
  } catch {
    // a cycle or a BigInt: the type has to do
    return Object.prototype.toString.call(value);
  }
}
